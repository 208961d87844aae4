import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("A program's copy of an image is its own")
struct PrivateCopyTests {
  private static let answer =
    ##"{"background":"#101010","palette":{"primary":["#c45c4b"],"accents":[]},"density_zones":"##
    + #"{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"lower_right":{"coverage":0.3}}}"#

  /// A repository whose extractor does that with its `path` before it answers.
  private func folder(_ python: String) throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.write(
      "import json, os, sys\npath = json.load(sys.stdin)['path']\n\(python)\nprint('''\(Self.answer)''')\n",
      to: "x.py")
    try folder.write("extractor: { kind: exec, command: [python3, x.py] }\n", to: "ledger.yaml")
    try folder.write("/ledger.yaml\n/x.py\n/told\n", to: ".git/info/exclude")
    return folder
  }

  private func temporary(_ folder: SampleFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.root + "/.ledger/tmp").sorted()
  }

  /// What a program may do to what it was given.
  static let deeds = [
    "open(path, 'r+b').write(b'XXXXXXXX')",
    "os.chmod(path, 0o600); open(path, 'wb').close()",
    "os.remove(path); os.mkdir(path); open(path + '/more', 'w').close(); os.chmod(path, 0o500)",
    "open(path + '.tmp', 'w').write('x'); os.rename(path + '.tmp', path)",
    "os.remove(path); os.symlink(os.path.join(os.getcwd(), 'README.md'), path); os.symlink('/', path + '.all')",
    "os.removedirs(os.path.dirname(path)) if os.remove(path) else None",
  ]

  @Test(
    "Whatever it does to its copy, the stored image stays as it was, and nothing is left", arguments: deeds)
  func changed(_ deed: String) async throws {
    let folder = try folder(
      "assert os.stat(path).st_nlink == 1 and path.endswith('.png')\n\(deed)\n"
        + "[os.path.exists(f'downloads/{f}') and os.remove(f'downloads/{f}') for f in os.listdir('downloads')]"
    )
    try folder.write("read me", to: "README.md")
    let done = try await folder.ledgerctl("run", "batch.json")
    #expect(done.exit == 0, "\(done.errors)")
    #expect(try await folder.ledgerctl("verify").exit == 0)
    #expect(try temporary(folder) == [])
    #expect(try String(decoding: folder.read("README.md"), as: UTF8.self) == "read me")
  }

  @Test("What a killed run left is removed by the next; what a living one uses is not")
  func sweeps() async throws {
    let folder = try SampleFolder()
    let calls = try Gate.inExtractor(of: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    let process = try await calls.waitForOne(of: run)
    let inUse = try temporary(folder).filter { $0.hasPrefix("x-") }
    #expect(!inUse.isEmpty)
    try folder.writeManifest("other.json", batch: "other") { $0.assets.removeFirst(2) }
    #expect(try await folder.ledgerctl("run", "other.json", "--extractor", "local").exit == 0)
    #expect(Set(inUse).isSubset(of: try temporary(folder)))
    kill(process, SIGKILL)
    while try await run.readChunk() != nil {}
    _ = await run.waitForExit()
    #expect(Set(inUse).isSubset(of: try temporary(folder)))
    #expect(try await folder.ledgerctl("resume", "other").exit == 0)
    try folder.writeManifest("third.json", batch: "third") { $0.assets.removeFirst(2) }
    #expect(try await folder.ledgerctl("run", "third.json", "--extractor", "local").exit == 0)
    #expect(try temporary(folder).filter { $0.hasPrefix("x-") } == [])
  }

  @Test("prune frees what it says, also of objects that version 0.1 had linked for programs")
  func prunes() async throws {
    let folder = try folder("open(path, 'ab').close()")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.shell(
      """
      cd .ledger
      for o in objects/*; do ln "$o" "tmp/$(basename $o)-asset-3.png"; touch -d '3 days ago' "$o"; done
      mkdir -p tmp/x-7/deep && touch tmp/x-7/deep/er
      """)
    func used() throws -> Int {
      Int(try folder.shell("cat $(find .ledger/objects .ledger/tmp -type f) /dev/null | wc -c").dropLast())
        ?? -1
    }
    #expect(try used() > 0)
    let report = try await folder.ledgerctl("prune", "--keep", "0s", "--yes")
    #expect(report.exit == 0, "\(report.errors)")
    #expect(try used() == 0)
    #expect(try temporary(folder) == [])
    #expect(report.text.contains("leftover file"))
  }
}
