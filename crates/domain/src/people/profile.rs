//! What people say of themselves.

use serde::Serialize;

use crate::audit::personal::personal;
use crate::kernel::ids::FileId;
use crate::kernel::name::Name;
use crate::kernel::phone::Phone;
use crate::kernel::sources::{Timestamp, rfc3339};
use crate::kernel::text::text;
use crate::reference::locale::Locale;
use crate::reference::time_zone::TimeZone;

text! {
    /// A few words about oneself: trimmed, 1 to 2000 characters, line breaks allowed.
    Bio: 2000 characters in lines
}

/// A person's profile, the same in every organization they belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Name.
    #[serde(serialize_with = "personal")]
    pub name: Name,
    /// Their telephone number, which others may have as well and nobody has verified.
    #[serde(serialize_with = "personal")]
    pub phone: Option<Phone>,
    /// A few words about themselves.
    #[serde(serialize_with = "personal")]
    pub bio: Option<Bio>,
    /// The file that shows them.
    #[serde(serialize_with = "personal")]
    pub avatar_file_id: Option<FileId>,
    /// Their language, and what is usual where they speak it.
    pub locale: Option<Locale>,
    /// The time zone they live in.
    pub tz: Option<TimeZone>,
    /// Counts the changes, from 1.
    pub version: i64,
    /// When it last changed.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

/// A change of some of it; what is `None` stays, `Some(None)` is cleared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// New name.
    pub name: Option<Name>,
    /// New telephone number.
    pub phone: Option<Option<Phone>>,
    /// New words about themselves.
    pub bio: Option<Option<Bio>>,
    /// Another file.
    pub avatar_file_id: Option<Option<FileId>>,
    /// New locale.
    pub locale: Option<Option<Locale>>,
    /// New time zone.
    pub tz: Option<Option<TimeZone>>,
}

impl Profile {
    /// The profile of somebody of whom only the name is known.
    pub fn new(name: Name, now: Timestamp) -> Self {
        Self { name, phone: None, bio: None, avatar_file_id: None, locale: None, tz: None, version: 1, updated_at: now }
    }

    /// This profile after the change, one version on.
    #[must_use]
    pub fn changed(&self, change: ProfileChange, now: Timestamp) -> Self {
        Self {
            name: change.name.unwrap_or_else(|| self.name.clone()),
            phone: change.phone.unwrap_or_else(|| self.phone.clone()),
            bio: change.bio.unwrap_or_else(|| self.bio.clone()),
            avatar_file_id: change.avatar_file_id.unwrap_or(self.avatar_file_id),
            locale: change.locale.unwrap_or_else(|| self.locale.clone()),
            tz: change.tz.unwrap_or(self.tz),
            version: self.version + 1,
            updated_at: now,
        }
    }

    /// The text that the `q` filter of a list looks in, besides the address.
    pub fn search_text(&self) -> String {
        self.name.as_str().to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::personal::marked;
    use crate::kernel::field::Parsed as _;
    use chrono::DateTime;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_bio_has_lines_and_a_length() {
        assert_eq!(Bio::parse(" Cold chains.\nBusan. ").unwrap().as_str(), "Cold chains.\nBusan.");
        assert!(Bio::parse(&"é".repeat(Bio::MAX)).is_ok());
        for text in ["", " \n ", &"é".repeat(Bio::MAX + 1)] {
            assert_eq!(Bio::parse(text).unwrap_err().code, "length");
        }
        assert_eq!(Bio::parse("a\tb").unwrap_err().code, "control_characters");
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_clears_what_it_says() {
        let named = Profile::new(Name::parse("Kim Ha-neul").unwrap(), at(100));
        let told = ProfileChange {
            phone: Some(Some(Phone::parse("+82 10 1234 5678").unwrap())),
            bio: Some(Some(Bio::parse("Cold chains").unwrap())),
            locale: Some(Some(Locale::parse("ko-KR").unwrap())),
            tz: Some(Some(TimeZone::parse("Asia/Seoul").unwrap())),
            ..ProfileChange::default()
        };
        let told = named.changed(told, at(200));
        assert_eq!((told.name.as_str(), told.version, told.updated_at), ("Kim Ha-neul", 2, at(200)));
        let cleared = ProfileChange { bio: Some(None), phone: Some(None), ..ProfileChange::default() };
        let cleared = told.changed(cleared, at(300));
        assert_eq!(cleared, Profile { bio: None, phone: None, version: 3, updated_at: at(300), ..told });
    }

    #[test]
    fn what_people_say_of_themselves_is_personal() {
        let file = FileId::from(Uuid::from_u128(7));
        let (bio, avatar) = (Some(Some(Bio::from_store("Cold chains".into()))), Some(Some(file)));
        let phone = Some(Some(Phone::from_store("+821012345678".into())));
        let told = ProfileChange { phone, bio, avatar_file_id: avatar, ..ProfileChange::default() };
        let profile = Profile::new(Name::from_store("Kim Ha-neul".into()), at(100)).changed(told, at(200));
        let shown = serde_json::to_value(&profile).unwrap();
        for (field, value) in
            [("name", marked(&"Kim Ha-neul")), ("phone", marked(&"+821012345678")), ("bio", marked(&"Cold chains"))]
        {
            assert_eq!(shown[field], value);
        }
        assert_eq!((&shown["avatar_file_id"], &shown["version"]), (&marked(&file), &2.into()));
    }
}
