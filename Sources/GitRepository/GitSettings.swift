/// What is taken from the user's git configuration, read once.
package struct GitSettings: Hashable, Sendable {
  package private(set) var isSparse = false
  /// Names of filters: `spy` of `filter.spy.clean`.
  package private(set) var filters: Set<String> = []
  /// Names of Git LFS's extensions, programs that change bytes before it keeps them.
  package private(set) var lfsExtensions: Set<String> = []
  /// Hooks that are made by configuration, as git 2.54 and newer have them.
  private var hookNames: Set<String> = []
  /// The last value of every other setting by its name, as git spells it.
  private var values: [String: String] = [:]

  package var hooks: [String] { hookNames.sorted() }

  /// Reads the fields of `git config --list -z`: a name, then a line feed and the value, which may be missing.
  package init(_ fields: [String]) {
    for field in fields {
      let parts = field.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      let value = parts.count == 2 ? String(parts[1]) : "true"
      if name == "core.sparsecheckout" { isSparse = Self.isTrue(value) }
      if let filter = Self.middle(of: name, after: "filter.") { filters.insert(filter) }
      if let name = Self.middle(of: name, after: "lfs.extension.") { lfsExtensions.insert(name) }
      if let hook = Self.middle(of: name, after: "hook."), name.hasSuffix(".command") {
        hookNames.insert(hook)
      }
      values[name] = value
    }
  }

  /// The value of a setting, whose name is in lower case except for its middle part.
  package subscript(name: String) -> String? { values[name] }

  /// `Name <mail>` of the user where git takes both as they are; nil where only git can tell.
  ///
  /// From the ends of a name git drops blanks and some marks, and from within `<`, `>` and line feeds (its ident.c).
  package var plainIdentity: String? {
    guard !tellsAuthorFromCommitter, let name = values["user.name"], let mail = values["user.email"],
      Self.isPlain(name), Self.isPlain(mail)
    else { return nil }
    return "\(name) <\(mail)>"
  }

  private static func isPlain(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    guard let first = scalars.first, let last = scalars.last else { return false }
    let dropped = ".,:;<>\"\\' ".unicodeScalars
    // What is not UTF-8 is for git to refuse.
    return !dropped.contains(first) && !dropped.contains(last)
      && scalars.allSatisfy { $0.value >= 0x20 && $0 != "<" && $0 != ">" && $0 != "\u{FFFD}" }
  }

  /// Whether it names somebody as author or as committer only.
  package var tellsAuthorFromCommitter: Bool {
    values.keys.contains { $0.hasPrefix("author.") || $0.hasPrefix("committer.") }
  }

  /// `spy` of `filter.spy.clean`, which may hold points itself; nil for another section or none in the
  /// middle.
  private static func middle(of name: String, after section: String) -> String? {
    guard name.hasPrefix(section), let point = name.dropFirst(section.count).lastIndex(of: ".") else {
      return nil
    }
    return String(name.dropFirst(section.count)[..<point])
  }

  private static func isTrue(_ value: String) -> Bool {
    ["true", "yes", "on", "1"].contains(value.lowercased())
  }
}
