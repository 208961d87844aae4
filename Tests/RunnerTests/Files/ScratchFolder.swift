import Core
import Files
import Foundation

@testable import Runner

/// A folder of a test's own, removed with everything in it when the test lets go of it.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/ledgerctl-files-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError.last("mkdtemp") }
    path = try ProjectPath.resolved(
      String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(name: String) -> String { path + "/" + name }

  @discardableResult
  func makeFolder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: self[name], withIntermediateDirectories: true)
    return self[name]
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try makeFolder((name as NSString).deletingLastPathComponent)
    try Data(text.utf8).write(to: URL(fileURLWithPath: self[name]))
    return self[name]
  }

  func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(atPath: self[name], withDestinationPath: destination)
  }

  func read(_ name: String) -> String? {
    (try? Data(contentsOf: URL(fileURLWithPath: self[name]))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Every path below a folder, sorted, folders with a `/` at their end.
  func tree(_ name: String = "") -> [String] {
    let walk = FileManager.default.enumerator(atPath: self[name])
    var paths: [String] = []
    while let found = walk?.nextObject() as? String {
      let isFolder = walk?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
      paths.append(isFolder ? found + "/" : found)
    }
    return paths.sorted()
  }

  func mode(_ name: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: self[name])[.posixPermissions]) as? Int
  }
}

func digest(_ text: String) -> Digest { Digest.sha256(text.utf8) }

/// Runs what must fail and returns its fault.
func fault(_ body: () async throws -> some Sendable) async -> Fault? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? Fault
  }
}
