import Core
import FileStore
import Files
import ImageAnalysis
import StrictJSON
import Subprocesses

@testable import BatchModel
@testable import Extractors
@testable import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension FaultTable {
  static let manifest: [Row] = [
    Row("manifestMissing", .manifestMissing("batch.json", .missing)),
    Row("manifestMissing", .manifestMissing("downloads", .notRegular(.folder))),
    Row("manifestMissing", .manifestMissing("batch.json", .notRegular(.fifo))),
    Row("manifestIsAnother", .manifestIsAnother("kiwi.png", .image("a PNG image", isPNG: true))),
    Row("manifestIsAnother", .manifestIsAnother("batch.yaml", .yaml)),
    syntax(.missingComma(found: "\"path\"")),
    syntax(.tooLarge(limitBytes: 1 << 20)),
    syntax(.tooDeep(limit: 32)),
    syntax(.invalidUTF8),
    syntax(.duplicateName("score", firstLine: 3)),
    syntax(.numberOutOfRange("1e400")),
    Row("manifestMissingMember", .manifestMissingMember("score", asset: "ASSET-3", index: 0)),
    Row(
      "manifestUnknownMember",
      .manifestUnknownMember(
        "socre", nearest: "score", known: ["asset_id", "path", "score", "specs"],
        within: "the asset \"ASSET-3\"",
        asset: "ASSET-3")),
    value("specs", "an object", "\"none\"", .manifestValue),
    value("asset_id", "1 to 64 letters, digits, \"_\" and \"-\"", "\"../x\"", .manifestID),
    value("path", "a path", "\"\"", .manifestPath),
    value("score", "a number from 90 to 100", "89.9", .manifestScore),
    Row("manifestRepeated", .manifestRepeated("asset-3", first: "ASSET-3", line: 4)),
    Row("manifestCount", .manifestCount(6, most: 5, beyond: ["ASSET-9"])),
    Row("manifestCount", .manifestCount(0, most: 5, beyond: [])),
    Row(
      "manifestCategory",
      .manifestCategory("patern", categories: ["wallpapers", "patterns"], asset: "ASSET-3")),
    Row(
      "manifestIDF",
      .manifestIDF(
        IDFProblem(path: [.member("background")], expected: "a colour such as #1a2b3c", found: "\"red\""),
        asset: "ASSET-3")),
    Row(
      "manifestOtherImage",
      .manifestOtherImage("a.png", expected: .zero, found: .sha256([1]), asset: asset)),
    Row("manifestMore", .manifestMore(200)),
    Row("noImages", .noImages("downloads")),
    Row("fileNameUnreadable", .fileNameUnreadable("caf\u{FFFD}.png")),
    Row("draftImage", .draftImage("photo.png", .imageNotPNG("photo.png", found: "a JPEG"))),
    Row("draftImageTwice", .draftImageTwice("b.png", before: "a.png")),
    Row("draftIDTwice", .draftIDTwice("ASSET-3", one: "asset-3.png", other: "asset-3-b.png")),
    Row("draftWithoutScore", .draftWithoutScore(["a.png", "b.png"])),
  ]

  static let configuration: [Row] = [
    Row(
      "configurationUnknown",
      .configurationUnknown(
        "limits.in_flihgt", known: ["requests_per_minute", "in_flight"], from: .file("ledger.yaml"),
        at: position)),
    Row(
      "configurationSecret",
      .configurationSecret("extractor.command", "the value of API_KEY", from: .file("ledger.yaml"))),
    Row(
      "configurationValue",
      .configurationValue(
        "policy.max_assets", expected: "a whole number from 1", found: "\"many\"", from: .file("ledger.yaml"),
        at: position)),
    Row("configurationValue", .configurationValue("--jobs", expected: "1 or more", found: "0", from: .flag)),
    Row(
      "configurationSyntax",
      .configurationSyntax("ledger.yaml", "has a key that is there twice", at: position)),
    Row("configurationUnreadable", .configurationUnreadable("ledger.yaml", found: "a folder")),
    Row("argumentsNoObject", .argumentsNoObject()),
    Row("argumentDoesNotFit", .argumentDoesNotFit("@path", batch: true)),
    Row("argumentDoesNotFit", .argumentDoesNotFit("@paths", batch: false)),
  ]

  static let files: [Row] = [
    Row("inputMissing", .inputMissing("downloads/asset-3.png")),
    Row("inputUnreadable", .inputUnreadable("downloads/asset-3.png", FileError("open", EACCES))),
    Row("inputNotRegular", .inputNotRegular("downloads/asset-3.png", found: .fifo)),
    Row("inputTooLarge", .inputTooLarge("templates/usage.md", limitBytes: 1 << 20)),
    Row("file", .file("write", ".ledger/objects/1a2b", FileError("write", EIO))),
    Row("file", .file("open", ".ledger/objects/1a2b", FileError("open", EMFILE))),
    Row("diskFull", .diskFull("write", ".ledger/objects/1a2b")),
    Row("diskFull", .diskFull("write", ".ledger/objects/1a2b", lacksInodes: true)),
    Row("tooLittleSpace", .tooLittleSpace(".ledger", neededBytes: 1_000_000, freeBytes: 4_096)),
    Row("ledgerNotFound", .ledgerNotFound("/work")),
    Row("linkInProject", .linkInProject("batch.json", link: "/work/batch.json")),
    Row("folderUnusable", .folderUnusable("/nosuch", FileError("realpath", 2))),
    Row("pathUnusable", .pathUnusable("/work/caf\u{FFFD}", found: "bytes that are not UTF-8")),
    Row(
      "ledgerOfAnother",
      .ledgerOfAnother("/work/shop/.ledger", project: "/work/shop", repository: "/work/site")),
    Row("ledgerFolderMissing", .ledgerFolderMissing("/work/.ledger/objects")),
    Row("readOnlyPlace", .readOnlyPlace("Can't open \"/work/.ledger/tmp\"", "/work/.ledger/tmp")),
    Row(
      "modeRefuses",
      .modeRefuses(
        "Can't open \"/work/.ledger/tmp\"", "/work/.ledger/tmp", reason: "Permission denied",
        tree: "/work/.ledger")),
    Row(
      "ownerRefuses",
      .ownerRefuses(
        "Can't use the ledger \"/work/.ledger/head\"", "/work/.ledger/head", reason: "Permission denied",
        entry: "/work/.ledger/head", owner: "root", user: .init(name: "alice", number: 1000),
        tree: "/work/.ledger", code: .ledgerNotPermitted)),
    Row("ledgerTracked", .ledgerTracked("/work/.ledger")),
    Row(
      "ownedByAnother",
      .ownedByAnother("/work/ledger.yaml", owner: "bob", user: .init(name: "alice", number: 1000))),
    Row("writableByOthers", .writableByOthers("/work/.ledger")),
    Row("ledgerEntryRefused", .ledgerEntryRefused(".ledger/objects", expected: .folder, found: .link)),
    Row("objectMissing", .objectMissing(digest, ".ledger/objects/50d8")),
    Row("objectDamaged", .objectDamaged(digest, ".ledger/objects/50d8")),
    Row("objectUnreadable", .objectUnreadable("bundle.json")),
  ]

  static let images: [Row] = [
    Row("imageEmpty", .imageEmpty("asset-3.png")),
    Row("imageWithoutPixels", .imageWithoutPixels("asset-3.png", width: 0, height: 512)),
    Row("imageNotPNG", .imageNotPNG("asset-3.png", found: "a JPEG")),
    Row("imageConverted", .imageConverted("asset-3.png", found: "a PNG whose line ends were changed")),
    Row("imageForeign", .imageForeign("asset-3.png", found: "a WebP")),
    Row("imageOfApple", .imageOfApple("asset-3.png")),
    Row(
      "imageOverLimit", .imageOverLimit("asset-3.png", sizeBytes: 1_992_294_400, maxBytes: 32 << 20)),
    Row(
      "imageOutside",
      .imageOutside(
        "/work/downloads/asset-3.png", folder: "/work", leadsTo: "/home/alice/private/asset-3.png")),
    Row("imageTruncated", .imageTruncated("asset-3.png")),
    Row("imageDamaged", .imageDamaged("asset-3.png", found: "IDAT: CRC error")),
    Row("imageWithTail", .imageWithTail("asset-3.png", imageBytes: 905, tailBytes: 1_992_293_471)),
    Row("imageTooLarge", .imageTooLarge("asset-3.png", width: 100_000, height: 100_000)),
    Row("imageUnreadable", .imageUnreadable("asset-3.png", reason: "Input/output error")),
    Row("imageWithoutMemory", .imageWithoutMemory("asset-3.png")),
    Row("imageReadingCancelled", .imageReadingCancelled("asset-3.png")),
    Row("pinnedImageLost", .pinnedImageLost(asset, digest: digest, source: "downloads/asset-3.png")),
    Row("providedIDFRefused", .providedIDFRefused(asset, "expected the image's width 512, found 600")),
  ]

  static let extractors: [Row] = [
    Row("programNotNamed", .programNotNamed()),
    Row("programNotFound", .programNotFound("flash_sidekick", path: "/usr/bin:/bin")),
    Row("programNotStarted", .programNotStarted("/usr/bin/python3", cause: "Exec format error")),
    Row("noDescriptors", .noDescriptors(for: "python3", cause: "no descriptors are left")),
    Row("outputTooLong", .outputTooLong(of: "python3", limitBytes: 1 << 20)),
    Row("pipeFailed", .pipeFailed(of: "python3", cause: "Input/output error")),
    Row("programTimedOut", .programTimedOut("python3", after: .seconds(60))),
    Row("programCancelled", .programCancelled("python3")),
    Row("inputClosed", .inputClosed(of: "python3")),
  ]

  private static func syntax(_ kind: JSONProblem.Kind) -> Row {
    Row("manifestSyntax", .manifestSyntax(JSONProblem(kind: kind, offset: 40, position: position)))
  }

  private static func value(
    _ name: String, _ expected: String, _ found: String, _ code: FaultCode
  ) -> Row {
    Row("manifestValue", .manifestValue(name, expected: expected, found: found, asset: "ASSET-3", code: code))
  }
}
