import BatchModel
import Core
import Extractors
import FileStore
import ImageAnalysis
import StrictJSON

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

/// Really starts the configured extractor: a server lists its tools, a program is given an image of one pixel.
struct ContactCheck: Sendable {
  let settings: ExtractorSettings
  let program: String
  let root: String
  let environment: [String: String]

  private var facts: [JSONValue.Member] {
    [.init("kind", .string(settings.kind.rawValue)), .init("program", .string(program))]
  }

  func run() async -> Diagnosis.Check {
    let extractor: any Extractor
    do throws(Fault) {
      extractor = try makeExtractor(
        settings, root: root, environment: environment, nowMs: { SystemClock().now().wallMs })
    } catch {
      return .init("extractor", isFine: false, error.message, hint: error.hint, facts)
    }
    let check: Diagnosis.Check
    do throws(ExtractorRefusal) {
      check = settings.kind == .mcp ? try await tools(of: extractor) : try await answer(of: extractor)
    } catch {
      check = .init(
        "extractor", isFine: false, "\"\(program)\" was started, and can't be asked: \(Self.words(error)).",
        hint: "See `extractor` in ledger.yaml.", facts)
    }
    await extractor.shutDown()
    return check
  }

  private func tools(of extractor: any Extractor) async throws(ExtractorRefusal) -> Diagnosis.Check {
    let parts = try await extractor.identity.parts.sorted { $0.key < $1.key }
    return .init(
      "extractor", "mcp: \"\(program)\" was started, and has the tool \"\(settings.tool)\".",
      facts + [.init("identity", .object(parts.map { .init($0.key, .string($0.value)) }))])
  }

  /// Asks about an image of one pixel, in a folder that is gone afterwards.
  private func answer(of extractor: any Extractor) async throws(ExtractorRefusal) -> Diagnosis.Check {
    let folder = FileManager.default.temporaryDirectory.path + "/ledgerctl-doctor-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pixel = PNGWriter.encode(width: 1, height: 1, channels: 3, pixels: [0x40, 0x80, 0xC0])
    let path = folder + "/pixel.png"
    guard let asset = AssetID("DOCTOR-1"), mkdir(folder, 0o700) == 0,
      (try? Data(pixel).write(to: URL(filePath: path))) != nil
    else { throw .surroundings(message: "no image could be written to \"\(folder)\"") }
    let reply = try await extractor.extract(
      ExtractionRequest(
        asset: asset, imagePath: path, fileName: "pixel.png", image: Digest.sha256(pixel),
        measured: try Self.measured(path),
        specs: ["name": "Test image", "category": "specimens"], idempotencyKey: "doctor"))
    return .init(
      "extractor", "exec: \"\(program)\" was started, and described an image of 1 × 1 pixel.",
      facts + [.init("notes", .array(reply.notes.map(JSONValue.string)))])
  }

  private static func measured(_ path: String) throws(ExtractorRefusal) -> IDF {
    do { return Measurement(try ImageAnalyser.analyse(path: path)).idf } catch {
      throw .surroundings(message: error.message)
    }
  }

  /// What a refusal says, in a few words.
  private static func words(_ refusal: ExtractorRefusal) -> String {
    let message =
      switch refusal {
      case .limited(_, _, _, let message): "it says that it is limited: \(message)"
      case .unavailable(_, let message), .badReply(let message, _, _), .rejected(let message, _),
        .surroundings(let message):
        message
      case .protocolBroken: "it broke its protocol: \(refusal)"
      case .cancelled: "it was cancelled"
      }
    return message.hasSuffix(".") ? String(message.dropLast()) : message
  }
}
