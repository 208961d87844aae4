/// Folds Latin letters to ASCII by a table of our own, so that a name folds alike on every machine and with
/// every version of Unicode.
package enum ASCIIFolding {
  /// Returns the lower-case ASCII letters and digits that stand for a scalar: none for a combining mark or an
  /// apostrophe, which fall away within a word, and nil for anything that parts words.
  package static func letters(for scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x30...0x39, 0x61...0x7A: String(scalar)
    case 0x41...0x5A: String(Unicode.Scalar(UInt8(scalar.value) + 0x20))
    case 0x27, 0x2BC, 0x2018, 0x2019: ""
    case 0x300...0x36F: ""
    // Full-width forms are ASCII, moved.
    case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A:
      letters(for: Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
    default: folded(scalar.properties.lowercaseMapping)
    }
  }

  private static func folded(_ lowercase: String) -> String? {
    guard let first = lowercase.unicodeScalars.first else { return nil }
    return first.isASCII && lowercase.unicodeScalars.count > 1 ? String(first) : table[first]
  }

  private static let table: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [:]
    for (ascii, letters) in rows {
      for letter in letters.unicodeScalars { table[letter] = ascii }
    }
    return table
  }()

  /// Lower-case letters of the Latin blocks by what they fold to.
  private static let rows: [(ascii: String, letters: String)] = [
    ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ("ae", "æǣǽ"),
    ("b", "ƀḃḅḇɓ"),
    ("c", "çćĉċčḉ"),
    ("d", "ðďđḋḍḏḑḓɖɗ"),
    ("dz", "ǆǳ"),
    ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệə"),
    ("f", "ƒḟ"),
    ("ff", "ﬀ"),
    ("ffi", "ﬃ"),
    ("ffl", "ﬄ"),
    ("fi", "ﬁ"),
    ("fl", "ﬂ"),
    ("g", "ĝğġģǥǧǵḡ"),
    ("h", "ĥħȟḣḥḧḩḫẖ"),
    ("i", "ìíîïĩīĭįıǐȉȋḭḯỉịɨ"),
    ("ij", "ĳ"),
    ("j", "ĵǰȷ"),
    ("k", "ķĸǩḱḳḵ"),
    ("l", "ĺļľłḷḹḻḽ"),
    ("lj", "ǉ"),
    ("m", "ḿṁṃ"),
    ("n", "ñńņňŉǹṅṇṉṋ"),
    ("ng", "ŋ"),
    ("nj", "ǌ"),
    ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợɵ"),
    ("oe", "œ"),
    ("p", "ṕṗ"),
    ("r", "ŕŗřȑȓṙṛṝṟ"),
    ("s", "śŝşšſșṡṣṥṧṩẛ"),
    ("ss", "ß"),
    ("st", "ﬅﬆ"),
    ("t", "ţťŧțṫṭṯṱẗ"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữựʉ"),
    ("v", "ṽṿ"),
    ("w", "ŵẁẃẅẇẉẘ"),
    ("x", "ẋẍ"),
    ("y", "ýÿŷȳẏẙỳỵỷỹ"),
    ("z", "źżžƶẑẓẕ"),
  ]
}
