import Foundation
import GitRepository
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

@Suite("Drafting manifests")
struct DraftTests {
  /// Drafts and returns the ids and paths.
  private func draft(_ folder: SampleFolder, _ words: String...) async throws -> [(id: String, path: String)]
  {
    let outcome = try await BuiltCommand.run(
      ["manifest"] + words + ["--score", "92"], in: folder.root, environment: folder.environment)
    #expect(outcome.exit == 0, "\(outcome.errors)")
    let manifest = try JSONReader.value(of: outcome.output)
    return (manifest["assets"]?.array ?? []).map { ($0["asset_id"]?.string ?? "", $0["path"]?.string ?? "") }
  }

  private func images(_ folder: SampleFolder, _ names: String...) throws {
    for (index, name) in names.enumerated() {
      try folder.write(SampleFolder.pictures[index % 3].bytes, to: "downloads/" + name)
    }
  }

  @Test(
    "Ids continue after the highest of ledger, tip and input, so that two weeks of drafts replace nothing")
  func weeks() async throws {
    let folder = try SampleFolder()
    try images(folder, "frog.png", "asset-40-kiwi.png")
    #expect(try await draft(folder, "downloads/frog.png").map(\.id) == ["ASSET-1"])
    #expect(
      try await draft(folder, "downloads/frog.png", "downloads/asset-40-kiwi.png").map(\.id)
        == ["ASSET-41", "ASSET-40"])
    for (week, picture) in SampleFolder.pictures.enumerated() {
      try folder.write(picture.bytes, to: "downloads/week.png")
      let wrote = try await folder.ledgerctl(
        "manifest", "downloads/week.png", "--score", "92", "-o", "week\(week).json")
      #expect(wrote.exit == 0 && wrote.output.isEmpty, "\(wrote.errors)")
      let run = try await folder.ledgerctl("run", "week\(week).json", "--format", "json")
      #expect(run.exit == 0 && !run.errors.contains("place"), "\(run.text)")
      #expect(try run.json()["batches"]?.array?.first?["removed"] == 0)
    }
    #expect(try folder.git("ls-files", "assets").split(separator: "\n").count == 9)
    // A clone without the ledger knows the ids of the branch's tip.
    try folder.shell("mv .ledger .home/ledger")
    #expect(try await draft(folder, "downloads/frog.png").map(\.id) == ["ASSET-4"])
    #expect(try await draft(folder, "downloads/frog.png", "--prefix", "KR-HERO").map(\.id) == ["KR-HERO-1"])
    try folder.write("/ledger.yaml\n", to: ".git/info/exclude")
    try folder.write("drafts: { prefix: ICON }\n", to: "ledger.yaml")
    #expect(try await draft(folder, "downloads/frog.png").map(\.id) == ["ICON-1"])
  }

  @Test("Paths are right from where the draft is written, and a draft is one that run takes")
  func paths() async throws {
    let folder = try SampleFolder()
    try images(folder, "frog.png")
    try folder.makeFolder("batches/deep")
    try folder.write("/batches/\n", to: ".git/info/exclude")
    for (file, expected) in [
      ("batches/a.json", folder.root + "/downloads/frog.png"), ("b.json", "downloads/frog.png"),
      ("downloads/c.json", "frog.png"),
    ] {
      let made = try await folder.ledgerctl("manifest", "downloads/frog.png", "--score", "92", "-o", file)
      #expect(made.exit == 0, "\(made.errors)")
      let manifest = try JSONReader.value(of: try folder.read(file))
      #expect(manifest["assets"]?.array?.first?["path"]?.string == expected)
      #expect(try await folder.ledgerctl("plan", file).exit == 0, "\(file)")
    }
    let within = try await BuiltCommand.run(
      ["manifest", "../../downloads/frog.png", "--score", "92"], in: folder.root + "/batches/deep",
      environment: folder.environment)
    try folder.write(within.output, to: "batches/deep/d.json")
    #expect(try await folder.ledgerctl("run", "batches/deep/d.json").exit == 0)
    let nowhere = try await folder.ledgerctl(
      "manifest", "downloads/frog.png", "--score", "92", "-o", "no/a.json")
    #expect(nowhere.exit != 0 && nowhere.errors.contains("no/a.json"))
  }

  @Test("A folder is read one level deep, in the order of the numbers; what is skipped is named")
  func folders() async throws {
    let folder = try SampleFolder()
    try folder.makeFolder("art/patterns")
    try folder.makeFolder("art/other")
    for (name, bytes) in [
      ("10.png", 0), ("9.png", 1), ("patterns/leaf.png", 2), (".hidden.png", 0), ("other/x.png", 0),
    ] { try folder.write(SampleFolder.pictures[bytes].bytes, to: "art/" + name) }
    try folder.write("words", to: "art/notes.txt")
    try folder.shell("ln -s 9.png art/link.png; cp art/9.png art/twin.png")
    let drafted = try await folder.ledgerctl("manifest", "art", "--score", "92")
    #expect(drafted.exit == 0, "\(drafted.errors)")
    let assets = try #require(try JSONReader.value(of: drafted.output)["assets"]?.array)
    #expect(assets.map { $0["path"]?.string } == ["art/9.png", "art/10.png", "art/patterns/leaf.png"])
    #expect(assets.map { $0["specs"]?["category"]?.string } == [nil, nil, "patterns"])
    for name in ["art/other", "art/notes.txt", "art/link.png", "art/twin.png"] {
      #expect(drafted.errors.contains("\"\(name)\" was skipped"), "\(name): \(drafted.errors)")
    }
    #expect(!drafted.errors.contains("hidden"))
    let batch = try JSONReader.value(of: drafted.output)["batch_id"]?.string
    #expect(batch?.wholeMatch(of: #/art-[0-9]{4}-[0-9]{2}-[0-9]{2}/#) != nil, "\(batch ?? "")")
    let excluded = try await folder.ledgerctl("manifest", "art", "--score", "92", "--exclude", "1*")
    #expect(!excluded.text.contains("10.png"))
    #expect(try await folder.ledgerctl("manifest", "art/other/../../.home", "--score", "92").exit == 66)
  }

  @Test(
    "What run refuses is not drafted",
    arguments: [
      (["nope.png"], 66, "No file"), (["photo.jpg"], 65, "a JPEG"), (["cut.png"], 65, "ends too early"),
      (["frog.png", "frog.png"], 65, "twice"), (["asset-1.png", "asset-1-b.png"], 65, "ASSET-1"),
      (["frog.png", "--category", "fruit"], 65, "fruit"), (["frog.png", "--score", "89"], 65, "89"),
      (["frog.png", "--score", "101"], 65, "101"), (["frog.png", "--batch", "a b"], 65, "a b"),
      (["line\nfeed.png"], 65, "line breaks"),
      (["1.png", "2.png", "3.png", "4.png", "5.png", "6.png"], 65, "found 6"),
      (["frog.png", "--prefix", "-x"], 64, "prefix"),
    ])
  func refused(_ words: [String], _ exit: Int, _ told: String) async throws {
    let folder = try SampleFolder()
    try images(folder, "frog.png", "asset-1.png", "asset-1-b.png", "line\nfeed.png")
    for number in 1...6 {
      var bytes = SampleFolder.pictures[0].bytes
      bytes.append(UInt8(number))
      try folder.write(bytes, to: "downloads/\(number).png")
    }
    try folder.write([0xFF, 0xD8, 0xFF, 0xE0] + Array(repeating: 1, count: 60), to: "downloads/photo.jpg")
    try folder.write(Array(SampleFolder.pictures[0].bytes.prefix(20)), to: "downloads/cut.png")
    let named = words.map {
      FileManager.default.fileExists(atPath: folder.root + "/downloads/" + $0) ? "downloads/" + $0 : $0
    }
    let score = words.contains("--score") ? [] : ["--score", "92"]
    let outcome = try await BuiltCommand.run(
      ["manifest"] + named + score + ["-o", "out.json"], in: folder.root, environment: folder.environment)
    #expect(outcome.exit == Int32(exit), "\(outcome.errors)")
    #expect(outcome.errors.contains(told), "\(outcome.errors)")
    #expect(!folder.exists("out.json") && outcome.output.isEmpty)
  }

  @Test("A file name that is not UTF-8 is refused, named or found in a folder")
  func foreignName() async throws {
    let folder = try SampleFolder()
    let script =
      "cp downloads/asset-3-validated.png \"$(printf 'downloads/caf\\351.png')\"; "
      + "\"$0\" manifest \"$(printf 'downloads/caf\\351.png')\" --score 92 || echo $?; "
      + "\"$0\" manifest downloads --score 92 || echo $?"
    let result = try await ChildProcess.run(
      Command(
        ["/bin/sh", "-c", script, BuiltCommand.path], environment: folder.environment, directory: folder.root)
    )
    #expect(String(decoding: result.output, as: UTF8.self) == "64\n65\n")
  }

  @Test("No score is made up: without one there is a sheet to fill in, and no manifest")
  func scores() async throws {
    let folder = try SampleFolder()
    try images(folder, "=frog,a.png")
    let none = try await folder.ledgerctl("manifest", "downloads/=frog,a.png")
    #expect(none.exit == 65 && none.errors.contains("--score"), "\(none.errors)")
    let sheet = try await folder.ledgerctl("manifest", "downloads/=frog,a.png", "--format", "csv")
    #expect(
      sheet.text.split(whereSeparator: \.isNewline) == [
        "path,asset_id,score,name,category,mode,purpose,specimens,tags,alt,sha256",
        "\"downloads/=frog,a.png\",ASSET-1,,\"'=frog,a\",,,,,,,",
      ])
    let wrapped = try await folder.valid(
      "document", "manifest", "downloads/=frog,a.png", "--score", "95.5")
    let manifest = try JSONReader.value(of: Array((wrapped["content"]?.string ?? "").utf8))
    #expect(manifest["assets"]?.array?.first?["score"] == 95.5)
  }
}
