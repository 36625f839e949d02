//! The networks a key may be used from.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Serialize, Serializer};

use crate::kernel::field::{Flaw, Parsed};

/// Most networks of one key.
pub const NETWORKS_MAX: usize = 50;

/// A network in CIDR form, its host bits zero; a bare address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether the address lies in it. An IPv4 address that arrives as IPv6 is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl Parsed for Network {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let text = text.trim();
        let network = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => text.parse::<IpNet>().map_err(|_| Flaw {
                code: "cidr",
                message: "must be addresses or networks such as 192.0.2.0/24 or 2001:db8::/32",
            })?,
        };
        Ok(Self(network.trunc()))
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        assert!(contains("192.0.2.0/24", "192.0.2.255"));
        assert!(!contains("192.0.2.0/24", "192.0.3.0"));
        assert!(contains("2001:db8::/32", "2001:db8:1::7"));
        assert!(!contains("2001:db8::/32", "2001:db9::"));
        assert!(!contains("0.0.0.0/0", "::1"));
        assert!(contains("192.0.2.7", "192.0.2.7") && !contains("192.0.2.7", "192.0.2.8"));
    }

    #[test]
    fn an_ipv4_address_within_ipv6_is_the_ipv4_address() {
        assert!(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
        assert!(contains("::ffff:192.0.2.7", "192.0.2.7"));
    }

    #[test]
    fn host_bits_are_dropped_and_what_is_no_network_is_refused() {
        assert_eq!(Network::parse(" 192.0.2.7/24 ").unwrap().to_string(), "192.0.2.0/24");
        assert_eq!(Network::parse("2001:db8::1").unwrap().to_string(), "2001:db8::1/128");
        for text in ["", "192.0.2.0/33", "192.0.2", "example.com", "192.0.2.0-192.0.2.9"] {
            assert_eq!(Network::parse(text).unwrap_err().code, "cidr", "{text}");
        }
    }
}
