import CUTF8Proc
import Core
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A path in the working tree that a bundle's file goes to: relative to the project root, with `/` between
/// components.
///
/// A value of this type is harmless on every system a repository may be checked out on; whether the place is
/// free is for `Worktree.inspect`.
package struct TargetPath: Hashable, Sendable, CustomStringConvertible {
  package let text: String
  package let components: [String]

  /// The most bytes a path may have; below every system's own limit, so that a root's path fits before it.
  package static let limitBytes = 1024
  /// The most bytes a component may have on the usual file systems.
  package static let componentLimitBytes = 255

  /// Why a string can't be a target.
  package enum Problem: Error, Hashable, Sendable {
    case empty
    case absolute
    case emptyComponent
    /// `.` or `..`.
    case relativeComponent(String)
    /// A name of git's, of the ledger's or of our temporary files, in whatever spelling some system takes for
    /// it.
    case reservedComponent(String)
    /// A name that is a device on Windows, whatever its ending: `con.png`.
    case deviceName(String)
    /// A control, format or separator character, `\`, `:`, or a `-` at the very start.
    case refusedCharacter(Unicode.Scalar)
    /// Windows drops these, so that another name would come out.
    case endsInDotOrSpace(String)
    case notComposed(String)
    case tooLong(sizeBytes: Int, limitBytes: Int)

    /// Says what was expected and found, as part of a sentence.
    package var text: String {
      switch self {
      case .empty: "expected a path, found nothing"
      case .absolute: "expected a path relative to the project root, found an absolute one"
      case .emptyComponent: "expected one \"/\" between names, found an empty name"
      case .relativeComponent(let name): "expected names of folders and a file, found \"\(name)\""
      case .reservedComponent(let name): "expected none of git's or the ledger's own names, found \"\(name)\""
      case .deviceName(let name):
        "expected a name that is a file on every system, found \"\(name)\", a device's name on Windows"
      case .refusedCharacter(let scalar):
        "expected plain characters, found U+\(String(scalar.value, radix: 16, uppercase: true))"
      case .endsInDotOrSpace(let name): "expected no name that ends in a dot or a space, found \"\(name)\""
      case .notComposed(let name): "expected composed Unicode (NFC), found decomposed \"\(name)\""
      case .tooLong(let sizeBytes, let limitBytes): "expected at most \(limitBytes) bytes, found \(sizeBytes)"
      }
    }
  }

  /// Checks a string; reports the first problem.
  package init(_ text: String) throws(Problem) {
    if text.isEmpty { throw .empty }
    let sizeBytes = text.utf8.count
    if sizeBytes > Self.limitBytes { throw .tooLong(sizeBytes: sizeBytes, limitBytes: Self.limitBytes) }
    if text.utf8.first == UInt8(ascii: "/") { throw .absolute }
    // A path that looks like an option would be one to some program some day.
    if text.utf8.first == UInt8(ascii: "-") { throw .refusedCharacter("-") }
    // Split by scalars: a combining mark after "/" makes one character with it, and would hide it.
    let parts = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
    components = parts.map { String(String.UnicodeScalarView($0)) }
    self.text = text
    for component in components { try Self.check(component) }
  }

  package var description: String { text }

  /// The last component: the file's own name.
  package var name: String { components[components.count - 1] }

  /// The folders on the way, outermost first; none for a file right in the root.
  package var folders: [String] {
    components.indices.dropFirst().map { components[..<$0].joined(separator: "/") }
  }

  /// Folds a name so that two names that some file system takes for one become equal.
  ///
  /// Upper case first brings together what lower case alone keeps apart, such as "ß" and "SS"; comparing
  /// Swift strings takes care of composition.
  package static func folded(_ name: String) -> String { name.uppercased().lowercased() }

  private static func check(_ component: String) throws(Problem) {
    if component.isEmpty { throw .emptyComponent }
    if component == "." || component == ".." { throw .relativeComponent(component) }
    let sizeBytes = component.utf8.count
    if sizeBytes > componentLimitBytes {
      throw .tooLong(sizeBytes: sizeBytes, limitBytes: componentLimitBytes)
    }
    // Before the characters: ".git\u{200c}" should be named for what it is after.
    if isReserved(component) { throw .reservedComponent(component) }
    if WindowsDevice.isName(component) { throw .deviceName(component) }
    for scalar in component.unicodeScalars where isRefused(scalar) { throw .refusedCharacter(scalar) }
    if component.hasSuffix(".") || component.hasSuffix(" ") { throw .endsInDotOrSpace(component) }
    if !isComposed(component) { throw .notComposed(component) }
  }

  /// Whether a string is in Unicode's normalization form C. Compared by bytes: Swift strings would be equal anyway.
  private static func isComposed(_ text: String) -> Bool {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return true }
    guard let composed = utf8proc_NFC(Array(text.utf8) + [0]) else { return false }
    defer { free(composed) }
    return String(cString: composed).utf8.elementsEqual(text.utf8)
  }

  private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: scalar == "\\" || scalar == ":"
    }
  }

  /// Tells whether some file system takes a name for one of git's or ours.
  ///
  /// HFS+ passes over format characters; NTFS passes over dots and spaces at the end and over a stream's name
  /// after a colon, and knows long names under a short one too (`git~1`).
  private static func isReserved(_ component: String) -> Bool {
    let visible = component.unicodeScalars.filter { $0.properties.generalCategory != .format }
    let beforeStream = visible.prefix { $0 != ":" && $0 != "\\" }
    var name = folded(String(String.UnicodeScalarView(beforeStream)))
    while name.hasSuffix(".") || name.hasSuffix(" ") { name.removeLast() }
    let reserved = [".git", "git~1", LedgerFolder.name, "ledger~1"]
    return reserved.contains(name) || name.hasPrefix(FileWorktree.temporaryPrefix)
  }
}
