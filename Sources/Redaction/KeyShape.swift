/// The shape of one issuer's keys: how they begin and what follows.
package struct KeyShape: Sendable {
  package let prefix: [UInt8]
  package let tail: Tail
  package let ignoresCase: Bool

  package enum Tail: Sendable {
    /// At least this many letters, digits, `_` or `-`; with a digit among them where words could be meant.
    case word(atLeast: Int, needsDigit: Bool)
    /// The same with full stops in it.
    case dotted(atLeast: Int)
    /// Spaces, then a token as HTTP has it; the prefix stays.
    case token
    /// Three parts of base64url, the first begun by the prefix.
    case webToken
    /// To the end of a PEM block, or of the text where the block is cut off.
    case privateKey
    /// A name, `:` and a password up to `@`; only the password goes.
    case password
    /// A sign like `=` or `:`, perhaps with spaces and quotes, then a value of `atLeast` bytes or more; only that goes.
    case assigned(atLeast: Int)
    /// Spaces, then what looks random and not like a word; the prefix stays.
    case credentials
    /// Any characters of an address up to its end.
    case address
  }

  private init(_ prefix: String, _ tail: Tail, ignoresCase: Bool = false) {
    self.prefix = Array(prefix.utf8)
    self.tail = tail
    self.ignoresCase = ignoresCase
  }

  private static let all: [KeyShape] = [
    KeyShape("AIza", .word(atLeast: 30, needsDigit: false)),
    KeyShape("sk-", .word(atLeast: 16, needsDigit: true)),
    KeyShape("sk_live_", .word(atLeast: 10, needsDigit: false)),
    KeyShape("sk_test_", .word(atLeast: 10, needsDigit: false)),
    KeyShape("ghp_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("gho_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("ghu_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("ghs_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("ghr_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("github_pat_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("glpat-", .word(atLeast: 16, needsDigit: false)),
    KeyShape("AKIA", .word(atLeast: 16, needsDigit: false)),
    KeyShape("ASIA", .word(atLeast: 16, needsDigit: false)),
    KeyShape("xoxa-", .word(atLeast: 10, needsDigit: true)),
    KeyShape("xoxb-", .word(atLeast: 10, needsDigit: true)),
    KeyShape("xoxp-", .word(atLeast: 10, needsDigit: true)),
    KeyShape("xoxr-", .word(atLeast: 10, needsDigit: true)),
    KeyShape("xoxs-", .word(atLeast: 10, needsDigit: true)),
    KeyShape("xapp-", .word(atLeast: 10, needsDigit: true)),
    KeyShape("ya29.", .word(atLeast: 20, needsDigit: false)),
    KeyShape("GOCSPX-", .word(atLeast: 20, needsDigit: false)),
    KeyShape("hf_", .word(atLeast: 30, needsDigit: false)),
    KeyShape("npm_", .word(atLeast: 30, needsDigit: false)),
    KeyShape("eyJ", .webToken),
    // From here on as gitleaks lists them: https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml
    KeyShape("rk_live_", .word(atLeast: 10, needsDigit: false)),
    KeyShape("rk_test_", .word(atLeast: 10, needsDigit: false)),
    KeyShape("whsec_", .word(atLeast: 16, needsDigit: false)),
    KeyShape("SG.", .dotted(atLeast: 32)),
    KeyShape("pypi-", .word(atLeast: 32, needsDigit: false)),
    KeyShape("dop_v1_", .word(atLeast: 32, needsDigit: false)),
    KeyShape("doo_v1_", .word(atLeast: 32, needsDigit: false)),
    KeyShape("shpat_", .word(atLeast: 24, needsDigit: false)),
    KeyShape("shpss_", .word(atLeast: 24, needsDigit: false)),
    KeyShape("shpca_", .word(atLeast: 24, needsDigit: false)),
    KeyShape("shppa_", .word(atLeast: 24, needsDigit: false)),
    KeyShape("glrt-", .word(atLeast: 16, needsDigit: false)),
    KeyShape("gldt-", .word(atLeast: 16, needsDigit: false)),
    KeyShape("glptt-", .word(atLeast: 16, needsDigit: false)),
    KeyShape("AGE-SECRET-KEY-1", .word(atLeast: 20, needsDigit: false)),
    KeyShape("gsk_", .word(atLeast: 20, needsDigit: true)),
    KeyShape("xai-", .word(atLeast: 20, needsDigit: true)),
    KeyShape("r8_", .word(atLeast: 30, needsDigit: true)),
    KeyShape("lin_api_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("sntrys_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("hvs.", .word(atLeast: 20, needsDigit: false)),
    KeyShape("dckr_pat_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("figd_", .word(atLeast: 20, needsDigit: false)),
    KeyShape("PMAK-", .word(atLeast: 24, needsDigit: true)),
    KeyShape("hooks.slack.com/services/", .address),
    KeyShape("discord.com/api/webhooks/", .address),
    KeyShape("basic", .credentials, ignoresCase: true),
    KeyShape("token", .credentials, ignoresCase: true),
    KeyShape("api-key", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("api_key", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("apikey", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("secret_access_key", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("secret_key", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("client_secret", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("access_token", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("auth_token", .assigned(atLeast: 8), ignoresCase: true),
    KeyShape("accountkey", .assigned(atLeast: 16), ignoresCase: true),
    KeyShape("password", .assigned(atLeast: 4), ignoresCase: true),
    KeyShape("passwd", .assigned(atLeast: 4), ignoresCase: true),
    // Azure's shared access signature.
    KeyShape("sig", .assigned(atLeast: 32), ignoresCase: true),
    KeyShape("bearer", .token, ignoresCase: true),
    KeyShape("-----BEGIN ", .privateKey),
    KeyShape("://", .password),
  ]

  /// The shapes that may begin with a byte; most bytes begin none.
  package static let byFirstByte: [[KeyShape]] = (0...255).map { byte in
    all.filter { Int($0.prefix[0]) == byte || ($0.ignoresCase && Int($0.prefix[0] ^ 0x20) == byte) }
  }

  /// The part of a string that is secret, if a key of this shape begins there.
  package func range(in bytes: [UInt8], at start: Int) -> Range<Int>? {
    guard begins(in: bytes, at: start) else { return nil }
    let end = start + prefix.count
    switch tail {
    case .word(let shortest, let needsDigit):
      guard !Self.isWord(bytes, at: start - 1) else { return nil }
      let tail = bytes[end...].prefix(while: Self.isWordByte)
      guard tail.count >= shortest, !needsDigit || tail.contains(where: Self.isDigit) else { return nil }
      return start..<tail.endIndex
    case .token: return tokenRange(in: bytes, after: end, from: start)
    case .webToken: return webTokenRange(in: bytes, from: start)
    case .privateKey: return privateKeyRange(in: bytes, from: start)
    case .password: return passwordRange(in: bytes, after: end)
    case .dotted(let shortest):
      guard !Self.isWord(bytes, at: start - 1) else { return nil }
      let tail = bytes[end...].prefix { Self.isWordByte($0) || $0 == UInt8(ascii: ".") }
      return tail.count >= shortest ? start..<tail.endIndex : nil
    case .assigned(let shortest): return assignedRange(in: bytes, after: end, atLeast: shortest)
    case .credentials: return credentialsRange(in: bytes, after: end, from: start)
    case .address:
      let tail = bytes[end...].prefix { Self.isWordByte($0) || $0 == UInt8(ascii: "/") }
      return tail.count >= 8 ? end..<tail.endIndex : nil
    }
  }

  package static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// What begins in the middle of a word, as `sk-` in `task-7`, is not a key.
  private static func isWord(_ bytes: [UInt8], at index: Int) -> Bool {
    index >= 0 && isWordByte(bytes[index]) && bytes[index] != UInt8(ascii: "-")
  }

  private func begins(in bytes: [UInt8], at start: Int) -> Bool {
    guard bytes.count - start >= prefix.count else { return false }
    return zip(bytes[start...], prefix).allSatisfy { byte, expected in
      byte == expected || (ignoresCase && byte | 0x20 == expected)
    }
  }

  private func tokenRange(in bytes: [UInt8], after end: Int, from start: Int) -> Range<Int>? {
    guard !Self.isWord(bytes, at: start - 1) else { return nil }
    let spaces = bytes[end...].prefix { $0 == UInt8(ascii: " ") }
    guard !spaces.isEmpty else { return nil }
    let token = bytes[spaces.endIndex...].prefix { Self.isWordByte($0) || "._~+/=".utf8.contains($0) }
    guard token.count >= 16 || (token.count >= 8 && token.contains(where: Self.isDigit)) else { return nil }
    return token.startIndex..<token.endIndex
  }

  /// `name=value`, `name: value`, `"name": "value"`, `\"name\": \"value\"`.
  private func assignedRange(in bytes: [UInt8], after end: Int, atLeast shortest: Int) -> Range<Int>? {
    let isFiller: (UInt8) -> Bool = { " \t\"'\\".utf8.contains($0) }
    let sign = bytes[end...].drop(while: isFiller).startIndex
    guard sign - end <= 4, sign < bytes.count, "=:".utf8.contains(bytes[sign]) else { return nil }
    let start = bytes[(sign + 1)...].drop(while: isFiller).startIndex
    guard start - sign <= 6 else { return nil }
    let value = bytes[start...].prefix { $0 > 0x20 && !"\"'\\&,;<>(){}[]`".utf8.contains($0) }
    // A mark, a placeholder or a plain word in a sentence is not a value.
    guard value.count >= shortest, bytes[start] != UInt8(ascii: "$"), bytes[start] != UInt8(ascii: "[") else {
      return nil
    }
    return value.startIndex..<value.endIndex
  }

  private func credentialsRange(in bytes: [UInt8], after end: Int, from start: Int) -> Range<Int>? {
    guard !Self.isWord(bytes, at: start - 1) else { return nil }
    let spaces = bytes[end...].prefix { $0 == UInt8(ascii: " ") }
    guard !spaces.isEmpty else { return nil }
    let token = bytes[spaces.endIndex...].prefix { Self.isWordByte($0) || "+/=".utf8.contains($0) }
    let isCapital: (UInt8) -> Bool = { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    let looksRandom =
      token.last == UInt8(ascii: "=") || token.contains(where: Self.isDigit)
      || token.dropFirst().contains(where: isCapital)
    guard token.count >= 12, looksRandom else { return nil }
    return token.startIndex..<token.endIndex
  }

  private func webTokenRange(in bytes: [UInt8], from start: Int) -> Range<Int>? {
    guard !Self.isWord(bytes, at: start - 1) else { return nil }
    var end = start
    for part in 0..<3 {
      if part > 0 {
        guard end < bytes.count, bytes[end] == UInt8(ascii: ".") else { return nil }
        end += 1
      }
      let run = bytes[end...].prefix(while: Self.isWordByte)
      guard run.count >= 4 else { return nil }
      end = run.endIndex
    }
    return start..<end
  }

  private func privateKeyRange(in bytes: [UInt8], from start: Int) -> Range<Int>? {
    let closing = Array("PRIVATE KEY-----".utf8)
    // The label, such as "OPENSSH", is short.
    guard let begun = Self.end(of: closing, in: bytes, from: start, within: 64) else { return nil }
    return start..<(Self.end(of: closing, in: bytes, from: begun, within: bytes.count) ?? bytes.count)
  }

  private func passwordRange(in bytes: [UInt8], after end: Int) -> Range<Int>? {
    let authority = bytes[end...].prefix(256).prefix { byte in
      byte > 0x20 && !"/@\"'<>\\".utf8.contains(byte)
    }
    guard authority.endIndex < bytes.count, bytes[authority.endIndex] == UInt8(ascii: "@"),
      let colon = authority.firstIndex(of: UInt8(ascii: ":")), colon + 1 < authority.endIndex
    else { return nil }
    return (colon + 1)..<authority.endIndex
  }

  private static func end(of needle: [UInt8], in bytes: [UInt8], from start: Int, within limit: Int) -> Int? {
    var index = start
    let last = min(bytes.count, start + limit) - needle.count
    while index <= last {
      if bytes[index] == needle[0], bytes[index...].starts(with: needle) { return index + needle.count }
      index += 1
    }
    return nil
  }
}
