//! Cards of which lines are damaged: what can be read of them stays.

use super::*;

#[test]
fn a_quote_that_never_closes_hides_no_value() {
    for lines in
        ["TEL;TYPE=\"CELL:+49 1234567", "TEL;TYPE=CELL\":+49 1234567", "TEL;TYPE=\"CELL;VALUE=text:+49 1234567"]
    {
        let card = of("3.0", &format!("FN:Ann\n{lines}\nTITLE:Cook"));
        assert_eq!(card.phones.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["+49 1234567"], "{lines}");
        assert_eq!(card.position, "Cook");
        assert!(write(&card).contains("+49 1234567"));
    }
    let card = of("2.1", "FN:Ann\nNOTE;X=\"a;ENCODING=QUOTED-PRINTABLE:Gr=C3=B6=\n=C3=9Fe");
    assert_eq!(card.note, "Größe");
    assert_eq!(of("3.0", "FN:Ann\nTEL;TYPE=\"a:b\":1").phones[0].value, "1");
}

#[test]
fn a_line_that_is_no_property_is_more_of_the_one_before() {
    let note = "NOTE:first line\r\nsecond line\r\nGröße: 38\r\nasked her: yes\r\nhttps://example.org/zoe\r\n-----\r\nTITLE:Cook";
    for version in ["2.1", "3.0", "4.0"] {
        let card = of(version, &format!("FN:Ann\r\n{note}"));
        let lines = "first line\nsecond line\nGröße: 38\nasked her: yes\nhttps://example.org/zoe";
        assert_eq!((card.note.as_str(), card.position.as_str()), (lines, "Cook"), "{version}");
    }
    let quoted = of("2.1", "FN:Ann\r\nNOTE;ENCODING=QUOTED-PRINTABLE:Gr=C3=B6\r\n=C3=9Fe of all");
    assert_eq!(quoted.note, "Grö\nße of all");
    let card = of("3.0", "stray\r\nUID:1\r\nstray\r\nFN:Ann\r\nX-KEPT;ENCODING=b:AAAA\r\nBBBB");
    assert_eq!((card.uid.as_str(), card.full_name.as_str()), ("1", "Ann"));
    assert!(card.raw.contains("VERSION:3.0\n") && card.raw.contains("X-KEPT;ENCODING=b:AAAABBBB\n"), "{}", card.raw);
}

#[test]
fn a_soft_break_before_a_property_is_none() {
    let card = of(
        "2.1",
        "N:Ng;Zoë\r\nNOTE;ENCODING=QUOTED-PRINTABLE:one=\r\nTEL;CELL:0170 1\r\nADR;QUOTED-PRINTABLE:;;Main St.=\r\n\
         item1.EMAIL:z@example.org\r\nTITLE;QUOTED-PRINTABLE:Cook=\r\nPHOTO;BASE64:AAAA",
    );
    assert_eq!((card.note.as_str(), card.phones.len(), card.emails.len()), ("one", 1, 1));
    assert_eq!((card.addresses[0].street.as_str(), card.position.as_str()), ("Main St.", "Cook"));
    for text in ["Tel: 0170 1", "TEL: 0170 1", "TELEX:1", "Title;=\r\nNOTES:no"] {
        let card = of("2.1", &format!("FN:a\r\nNOTE;ENCODING=QUOTED-PRINTABLE:one=\r\n{text}"));
        assert_eq!(card.note, format!("one{}", text.replace("=\r\n", "")));
    }
    // Programs break the line behind each line end of the text.
    let card = of("2.1", "FN:a\r\nNOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=\r\nTEL:0170 1");
    assert_eq!(card.note, "one\nTEL:0170 1");
}
