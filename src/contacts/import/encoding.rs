//! Which encoding bytes are in: told by a mark, by their form, or else guessed by the letters that they would be.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, MACINTOSH, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
};

/// Bytes by which an encoding is guessed, of the lines that have other letters than English.
pub(super) const LOOKED_AT: usize = 20_000;

/// An encoding, and whether it may be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) encoding: &'static Encoding,
    pub(super) is_guessed: bool,
}

/// Returns what a text is written in: what its mark says, else UTF-8 where it can be, else what makes most sense.
pub(super) fn of(bytes: &[u8]) -> Found {
    if std::str::from_utf8(bytes).is_ok() && !has_every_second_zero(bytes, 0) && !has_every_second_zero(bytes, 1) {
        return Found { encoding: UTF_8, is_guessed: false };
    }
    let told = |encoding| Found { encoding, is_guessed: false };
    match (Encoding::for_bom(bytes), has_every_second_zero(bytes, 0), has_every_second_zero(bytes, 1)) {
        // What is marked as UTF-8 and is not is damaged, and still nothing else.
        (Some((encoding, _)), ..) => Found { encoding, is_guessed: encoding == UTF_8 },
        (None, true, false) => told(UTF_16BE),
        (None, false, true) => told(UTF_16LE),
        _ => Found { encoding: guess(bytes), is_guessed: true },
    }
}

/// Without its mark, UTF-16 has a zero in every second byte, as the header is in Latin letters.
fn has_every_second_zero(bytes: &[u8], first: usize) -> bool {
    let start = bytes.get(..400).unwrap_or(bytes);
    start.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count() * 4 > start.len()
}

/// Guesses the encoding of bytes that are no UTF-8, or were cut or damaged.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    if is_damaged_utf_8(bytes) {
        return UTF_8;
    }
    let sample = sample(bytes);
    let mut best = (0, WINDOWS_1252);
    for (encoding, writing) in CANDIDATES {
        let text = encoding.decode_without_bom_handling(&sample).0;
        let sense = sense(&text, encoding, writing);
        if sense > best.0 {
            best = (sense, encoding);
        }
    }
    best.1
}

/// By chance, hardly any two letters of other encodings are one of UTF-8.
fn is_damaged_utf_8(bytes: &[u8]) -> bool {
    let (whole, broken) = letters_of_utf_8(bytes);
    whole > 4 * broken
}

/// Says whether a line by itself is damaged UTF-8: of a letter that was cut in two, there are few others to tell by.
pub(super) fn is_damaged_line(line: &[u8]) -> bool {
    let (whole, broken) = letters_of_utf_8(line);
    whole > broken
}

/// How many letters beyond ASCII there are, and how many places where there is none.
fn letters_of_utf_8(bytes: &[u8]) -> (usize, usize) {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    (whole, broken)
}

/// The first lines that tell something.
fn sample(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_ascii());
    lines.flat_map(|line| line.iter().chain(b"\n")).take(LOOKED_AT).copied().collect()
}

/// What is written in an encoding.
#[derive(Debug, Clone, Copy)]
enum Writing {
    /// Latin letters, of which each language has some.
    Latin(&'static [&'static str]),
    /// Letters of a script that has capitals.
    Cased(fn(char) -> bool),
    /// Letters of a script that has none.
    Plain(fn(char) -> bool),
    /// Letters of which those in common use have two high bytes.
    Wide(fn(char) -> bool),
}

/// The letters of Western languages; the last are those of all of them.
const WESTERN: &[&str] = &[
    "äöüß",
    "àâæçéèêëîïôœùûü",
    "áéíóúüñçàèòï",
    "áâãàçéêíóôõúü",
    "àèéìòù",
    "åäöæøéü",
    "éèëïöü",
    "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþßÿœšžªº",
];
/// Czech and Slovak, Polish, Hungarian, those of the South Slavs, Romanian.
const CENTRAL: &[&str] = &["áäčďéěíĺľňóôŕřšťúůýž", "ąćęłńóśźż", "áéíóöőúüű", "čćđšž", "ăâîşţ"];
const TURKISH: &[&str] = &["çğıİöşüâîû"];

/// The encodings that are guessed; of two that make equal sense, the first.
const CANDIDATES: [(&Encoding, Writing); 12] = [
    (WINDOWS_1252, Writing::Latin(WESTERN)),
    (MACINTOSH, Writing::Latin(WESTERN)),
    (WINDOWS_1250, Writing::Latin(CENTRAL)),
    (WINDOWS_1254, Writing::Latin(TURKISH)),
    (WINDOWS_1251, Writing::Cased(|c| matches!(c, 'Ѐ'..='ӿ'))),
    (WINDOWS_1253, Writing::Cased(|c| matches!(c, 'Ά'..='Ώ' | 'Α'..='ί' | 'α'..='ώ'))),
    (WINDOWS_1255, Writing::Plain(|c| matches!(c, 'א'..='ת'))),
    (WINDOWS_1256, Writing::Plain(|c| matches!(c, '\u{600}'..='\u{6ff}' | '\u{200c}' | '\u{200d}'))),
    (EUC_KR, Writing::Wide(|c| matches!(c, '가'..='힣'))),
    (SHIFT_JIS, Writing::Plain(|c| matches!(c, '、'..='ヿ' | '一'..='鿿' | '！'..='ﾟ' | '　'))),
    (GBK, Writing::Wide(|c| matches!(c, '一'..='鿿'))),
    (BIG5, Writing::Plain(|c| matches!(c, '一'..='鿿'))),
];

/// Says how many in a thousand of the letters that are not English make sense.
fn sense(text: &str, encoding: &'static Encoding, writing: Writing) -> usize {
    let sense_of = |part: &dyn Fn(&str) -> usize| {
        let (mut all, mut make_sense) = (0, 0);
        for word in text.split(is_between).filter(|word| !word.is_ascii()) {
            let core = word.trim_matches(is_mark);
            all += not_english(word);
            make_sense += not_english(word) - not_english(core) + part(core);
        }
        make_sense * 1_000 / all.max(1)
    };
    match writing {
        Writing::Latin(languages) => {
            let of = |letters: &&str| sense_of(&|word| latin(word, letters));
            let (all, one) = languages
                .split_last()
                .map_or((0, 0), |(last, others)| (of(last), others.iter().map(of).max().unwrap_or_default()));
            // A list of people of many languages makes sense; one of few makes more.
            if languages.len() == WESTERN.len() { one.max(all * 9 / 10) } else { one.max(all) }
        }
        Writing::Cased(is_letter) => sense_of(&|word| foreign(word, is_letter, true)),
        Writing::Plain(is_letter) => sense_of(&|word| foreign(word, is_letter, false)),
        Writing::Wide(is_letter) => {
            sense_of(&|word| foreign(word, |c| is_letter(c) && has_high_bytes(c, encoding), false))
        }
    }
}

fn is_between(c: char) -> bool {
    (c.is_ascii() && !c.is_ascii_alphabetic()) || c == '\u{a0}'
}

/// What stands before and after words, or alone.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '‘' | '’'
            | '‚'
            | '“'
            | '”'
            | '„'
            | '–'
            | '—'
            | '…'
            | '•'
            | '€'
            | '£'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '°'
            | '©'
            | '®'
            | '™'
            | '§'
            | '·'
            | '´'
            | '¿'
            | '¡'
            | '№'
    )
}

fn not_english(text: &str) -> usize {
    text.chars().filter(|c| !c.is_ascii()).count()
}

/// How many letters of a word may stand in one that has English letters too. A capital follows no small letter.
fn latin(word: &str, letters: &str) -> usize {
    if !word.contains(|c: char| c.is_ascii_alphabetic()) && !["à", "è", "é"].contains(&word.to_lowercase().as_str())
    {
        return 0;
    }
    let known = |c: char| letters.contains(c) || c.to_lowercase().next().is_some_and(|small| letters.contains(small));
    let of_a_name = |c: char| matches!(c, '’' | '‘' | '·');
    in_case(word).filter(|(c, fits)| *fits && !c.is_ascii() && (known(*c) || of_a_name(*c))).count()
}

/// How many letters of a word may stand in one that has no English ones.
fn foreign(word: &str, is_letter: impl Fn(char) -> bool, is_cased: bool) -> usize {
    if word.contains(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    // Names and the heads of columns begin with a capital.
    let small = usize::from(is_cased && word.starts_with(char::is_lowercase));
    in_case(word).filter(|(c, fits)| *fits && is_letter(*c)).count().saturating_sub(small)
}

/// The letters of a word, each with whether small ones and capitals are in an order that is usual.
fn in_case(word: &str) -> impl Iterator<Item = (char, bool)> {
    let before = std::iter::once(None).chain(word.chars().map(Some));
    let after = word.chars().skip(1).map(Some).chain(std::iter::once(None));
    let is = |c: Option<char>, case: fn(char) -> bool| c.is_some_and(case);
    word.chars().zip(before).zip(after).map(move |((c, before), after)| {
        let torn =
            (c.is_uppercase() && is(before, char::is_lowercase)) || (c.is_lowercase() && is(after, char::is_uppercase));
        (c, !torn)
    })
}

fn has_high_bytes(c: char, encoding: &'static Encoding) -> bool {
    let mut buffer = [0; 4];
    let (bytes, _, _) = encoding.encode(c.encode_utf8(&mut buffer));
    matches!(*bytes, [0xb0..=0xf7, 0xa1..=0xfe])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_of_a_list_is_guessed() {
        for (encoding, text) in [
            (WINDOWS_1252, "Name,Company\nZoë Müller,Größe AG\nJürgen Groß,Café Façade\nSøren García,São Luís\n"),
            (WINDOWS_1252, "Name,Company\nJürgen Groß,Leiter – Einkauf’s\nAna “Y” O’Neill,Zoë – “Ng” €\n"),
            (WINDOWS_1252, "Name,Company\nGuðrún Þórðardóttir,Sigríður ehf.\nJón Jónsson,Ölgerðin\n"),
            (WINDOWS_1252, "Name\nL’Étoile — à Paris\n"),
            (WINDOWS_1250, "Jméno;Příjmení;Společnost\nTomáš;Novák;Škoda\nŘehoř;Šťastný;Dům\n"),
            (WINDOWS_1250, "Imię;Nazwisko;Firma\nŁukasz;Wójcik;Spółka\n"),
            (WINDOWS_1254, "Ad;Soyad;Şirket\nAyşe;Yılmaz;Öztürk\nİbrahim;Doğan;\n"),
            (WINDOWS_1251, "Имя;Фамилия;Компания\nИван;Иванов;Завод\nОльга;ПЕТРОВА;\n"),
            (WINDOWS_1253, "Όνομα;Επώνυμο;Εταιρεία\nΕλένη;Παπαδοπούλου;Ελλάδα\nΚώστας;Μαρίνος;\n"),
            (WINDOWS_1255, "שם;חברה\nדוד כהן;שלום\n"),
            (WINDOWS_1256, "الاسم;الشركة\nمحمد أحمد;شركة النور\nفاطمة;گچ پژ\n"),
            (SHIFT_JIS, "名前;会社\n山田太郎;カブシキ\nｻﾄｳ;ひらがな\n"),
            (EUC_KR, "이름;회사\n김철수;삼성전자\n"),
            (GBK, "姓名;公司\n王小明;中国银行\n欧阳雪;阿里巴巴\n"),
            (BIG5, "姓名;公司\n陳大文;臺灣銀行\n歐陽雪;國際\n"),
        ] {
            let (bytes, _, broken) = encoding.encode(text);
            assert!(!broken && of(&bytes) == Found { encoding, is_guessed: true }, "{text}: {:?}", of(&bytes));
        }
    }

    #[test]
    fn a_mac_is_told_from_windows() {
        for bytes in
            [b"Zo\x91 M\x9fller,Caf\x8e Gr\x9a\xa7e".as_slice(), b"Mu\x96oz,Garc\x92a", b"Fran\x8dois \xd2Ng\xd3"]
        {
            assert_eq!(of(bytes).encoding, MACINTOSH, "{:?}", MACINTOSH.decode_without_bom_handling(bytes).0);
        }
    }

    #[test]
    fn damaged_utf_8_is_still_utf_8() {
        let cut = "Name\nZoë Müller Größe Café\nJürgen Zo".bytes().chain([0xc3]).collect::<Vec<u8>>();
        assert_eq!(of(&cut), Found { encoding: UTF_8, is_guessed: true });
        assert_eq!(of("Zoë".as_bytes()), Found { encoding: UTF_8, is_guessed: false });
        assert_eq!(of(b"\xef\xbb\xbfZo\xeb").encoding, UTF_8);
    }
}
