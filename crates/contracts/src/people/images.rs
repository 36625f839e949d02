//! The pictures that show people: put there, replaced, removed.

use stoa_domain::kernel::ids::UserId;
use stoa_domain::people::image::{ImageFormat, ProfileImage};
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{World, at};

/// A picture whose bytes hold everything a byte can be.
fn picture(n: u128, format: ImageFormat, beginning: &[u8]) -> ProfileImage {
    let bytes: Vec<u8> = beginning.iter().copied().chain(0..=u8::MAX).collect();
    ProfileImage::new(Uuid::from_u128(n), format, &bytes, at(3)).expect("a picture")
}

fn pictures() -> [ProfileImage; 3] {
    [
        picture(1, ImageFormat::Png, b"\x89PNG\r\n\x1a\n"),
        picture(2, ImageFormat::Jpeg, b"\xff\xd8\xff"),
        picture(3, ImageFormat::Webp, b"RIFF\x04\0\0\0WEBP"),
    ]
}

fn find(world: &World<'_>, user: UserId) -> Option<ProfileImage> {
    let (image, facts) =
        world.people(|tx| Ok((tx.images.find(user)?, tx.images.find_facts(user)?))).expect("a look-up");
    assert_eq!(image.as_ref().map(|image| image.facts), facts, "both tell the same");
    image
}

fn put(world: &World<'_>, user: UserId, image: &ProfileImage) {
    world.people(|tx| tx.images.put(user, image)).expect("a place for it");
}

/// `put` "adds or replaces this person's picture", byte by byte, and nobody else's.
pub fn a_picture_is_found_as_it_was_put_there(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    assert_eq!(find(&world, kim), None);
    put(&world, lee, &pictures()[2]);
    for picture in pictures() {
        put(&world, kim, &picture);
        assert_eq!(find(&world, kim), Some(picture));
    }
    assert_eq!(find(&world, lee).as_ref(), Some(&pictures()[2]));
}

/// `remove` "answers whether there was one", and removes nobody else's.
pub fn a_picture_is_removed_once(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    for user in [kim, lee] {
        put(&world, user, &pictures()[0]);
    }
    let remove = |user| world.people(|tx| tx.images.remove(user)).expect("an answer");
    assert!(remove(kim));
    assert!(!remove(kim));
    assert_eq!(find(&world, kim), None);
    assert!(find(&world, lee).is_some());
}
