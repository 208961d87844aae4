/// A reader of bytes from outside, as a function that a fuzzer calls: it never traps, and keeps its promises.
///
/// Raw values are the names of the folders below `corpus` and `crashes`.
package enum FuzzedReader: String, CaseIterable, Sendable {
  case manifest, image, mcp, configuration, event, template

  /// Reads any bytes at all; throws where the reader broke a promise.
  package func read(_ bytes: [UInt8]) throws(BrokenPromise) {
    switch self {
    case .manifest: try ManifestPromises.check(bytes)
    case .image: try ImagePromises.check(bytes)
    case .mcp: try ServerPromises.check(bytes)
    case .configuration: try ConfigurationPromises.check(bytes)
    case .event: try EventPromises.check(bytes)
    case .template: try TemplatePromises.check(bytes)
    }
  }
}

/// Something a reader must never do, in words.
package struct BrokenPromise: Error, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// Throws unless a promise is kept.
package func promise(_ isKept: Bool, _ words: @autoclosure () -> String) throws(BrokenPromise) {
  if !isKept { throw BrokenPromise(words()) }
}
