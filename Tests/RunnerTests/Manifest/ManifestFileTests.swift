import Core
import Files
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Manifest file")
struct ManifestFileTests {
  /// Gives a fresh folder and takes it away again.
  static func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "ledgerctl-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test(
    "What a manifest's paths are relative to is the folder the manifest lies in",
    arguments: [
      ("m.json", "/here"), ("./m.json", "/here"), ("in/m.json", "/here/in"), ("../m.json", "/here/.."),
      ("in//deep/./m.json", "/here/in/deep"),
    ])
  func folder(_ path: String, _ folder: String) throws {
    try Self.inFolder { root in
      try FileManager.default.createDirectory(
        atPath: root + "/here/in/deep", withIntermediateDirectories: true)
      for place in ["/m.json", "/here/m.json", "/here/in/m.json", "/here/in/deep/m.json"] {
        try Data("{}".utf8).write(to: URL(filePath: root + place))
      }
      let file = try ManifestFile.load("\(root)/here/\(path)", workingDirectory: "/elsewhere")
      #expect(file.directory == root + folder)
      #expect(ManifestFile.absolute(path, in: root + "/here") == root + folder + "/m.json")
    }
  }

  @Test("A link to a manifest is followed; a folder, a FIFO, a device or nothing is refused at once with 66")
  func refusesOthers() throws {
    try Self.inFolder { folder in
      try Data("{}".utf8).write(to: URL(filePath: folder + "/m.json"))
      try #require(symlink("m.json", folder + "/link") == 0)
      try #require(mkfifo(folder + "/fifo", 0o600) == 0)
      #expect(try ManifestFile.load(folder + "/link", workingDirectory: "/").bytes == Array("{}".utf8))
      let refused = [
        (folder, "a folder"), (folder + "/fifo", "a FIFO"), ("/dev/zero", "a character device"),
        (folder + "/none", "No manifest is at"), (folder + "/m.json/x", "No manifest is at"),
      ]
      for (path, found) in refused {
        let faults = #expect(throws: Faults.self) { try ManifestFile.load(path, workingDirectory: "/") }
        #expect(faults?.all.count == 1)
        #expect(faults?.all.first?.message.contains(found) == true)
        #expect(faults?.all.first?.message.contains("\"\(path)\"") == true)
        #expect(faults?.all.map(\.exit) == [.inputMissing])
      }
    }
  }

  @Test("No more than a byte over the limit is read, from a file and from a pipe")
  func readsNoMore() throws {
    try Self.inFolder { folder in
      try Data(count: 2 << 20).write(to: URL(filePath: folder + "/large"))
      let file = try ManifestFile.load(folder + "/large", workingDirectory: "/")
      #expect(file.bytes.count == ManifestFile.maxBytes + 1)
    }
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let written = Array("0123456789".utf8)
    #expect(write(ends[1], written, written.count) == written.count)
    close(ends[1])
    #expect(try InputFile.beginning(of: ends[0], limitBytes: 5) == Array("012345".utf8))
    #expect(try InputFile.beginning(of: ends[0], limitBytes: 5) == Array("6789".utf8))
  }
}
