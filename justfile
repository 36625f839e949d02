# Short lines over cargo and stoa; everything here also works without just.

# List the recipes.
_default:
    @just --list --unsorted

# Start the server.
run *args:
    cargo run --release -p stoa-server -- serve {{ args }}

# Serve on port 8000, and again whenever a source has changed.
dev *args:
    bash scripts/dev {{ args }}

# Bring the database to the current schema; also `status` and `down N`.
migrate *args:
    cargo run -q -p stoa-server -- migrate {{ args }}

# Write the data every installation needs; `--demo` adds an organization to play with.
seed *args:
    cargo run -q -p stoa-server -- seed {{ args }}

# Run every suite.
test *args:
    cargo test --workspace {{ args }}

# Rules of the domain.
test-domain *args:
    cargo test -p stoa-domain {{ args }}

# Use cases over mocked repositories.
test-application *args:
    cargo test -p stoa-application {{ args }}

# Adapters, on SQLite and on PostgreSQL where STOA_TEST_POSTGRES_URL names one.
test-infrastructure *args:
    cargo test -p stoa-infrastructure {{ args }}

# Extractors, error bodies and the HTTP suites.
test-api *args:
    cargo test -p stoa-api -p stoa-tests {{ args }}

# Which lines the tests reach, as target/llvm-cov/html; fails under 70 %. Needs cargo-llvm-cov.
coverage *args:
    cargo llvm-cov --workspace --html --fail-under-lines 70 {{ args }}

# Exactly what CI runs.
check:
    bash .ci/run

# Look the dependencies up among known vulnerabilities; needs cargo-deny and a network.
audit:
    cargo deny check advisories

# Format the code.
fmt:
    cargo fmt --all

# Write openapi/openapi.json anew.
openapi:
    cargo build -q -p stoa-server && cargo run -q -p stoa-server -- openapi > openapi/openapi.json

# Measure Stoa beside the minimal program.
bench *args:
    cargo run --release -p stoa-bench -- {{ args }}
