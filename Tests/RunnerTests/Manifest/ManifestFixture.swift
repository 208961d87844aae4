import Files
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A manifest of `Tests/Fixtures/manifests` and what must be said of it; `Tests/Schemas/check.py` reads the
/// same.
struct ManifestFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  /// Every fault as `line:column code`, with the asset it names if it names one; none for a good manifest.
  var faults: [String]
  /// What the shipped schema says: `accepts`, `refuses`, `blind` (wrong, but no schema could say so), or
  /// `unreadable`.
  var schema: String

  var testDescription: String { name }

  static let folder =
    "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/") + "/Fixtures/manifests"

  static let all: [ManifestFixture] = {
    guard let bytes = try? InputFile.beginning(of: "\(folder)/cases.json", limitBytes: 1 << 20),
      let fixtures = try? JSONDecoder().decode([ManifestFixture].self, from: Data(bytes))
    else { preconditionFailure("There are no fixtures in \(folder).") }
    return fixtures
  }()

  var bytes: [UInt8] {
    get throws { try InputFile.beginning(of: "\(Self.folder)/\(name).json", limitBytes: 1 << 20) }
  }
}
