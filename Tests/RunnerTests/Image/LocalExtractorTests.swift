import Ledger
import Testing

@testable import Runner

@Suite("The local extractor")
struct LocalExtractorTests {
  private func request(_ path: String, width: Int, height: Int, specs: JSONValue) throws -> ExtractionRequest
  {
    ExtractionRequest(
      asset: try #require(AssetID("ASSET-3")), imagePath: path, image: .zero,
      dimensions: IDF.Dimensions(width: width, height: height), specs: specs, idempotencyKey: "k")
  }

  @Test("Pixels give the measures, the specs what pixels cannot tell")
  func factsComeFromPixelsAndSpecs() async throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(
      picture(90, 60) { x, y in (30..<60).contains(x) && (20..<40).contains(y) ? 0xc45c_4bff : 0x1a17_14ff }
        .bytes)
    let specs = JSONValue.object([
      .init("specimens", .array([.string("Banksia"), .number("1"), .string("Wattle")])),
      .init("mode", .string("Gallery")), .init("purpose", .string("Pattern")),
    ])
    let reply = try await LocalExtractor().extract(request(path, width: 90, height: 60, specs: specs))
    let expected = IDF(
      dimensions: .init(width: 90, height: 60), background: "#1a1714",
      palette: .init(primary: ["#c45c4b"], accents: []),
      densityZones: .init(
        upperLeft: .init(coverage: 0), upperRight: .init(coverage: 0), central: .init(coverage: 1),
        lowerLeft: .init(coverage: 0), lowerRight: .init(coverage: 0)),
      transparency: 0, edges: .init(leftRight: true, topBottom: true), specimens: ["Banksia", "Wattle"],
      mode: "Gallery", purpose: "Pattern")
    #expect(reply == ExtractionReply(idf: expected))
  }

  @Test("A transparent background, a converted gamma and an animation are told")
  func notesAreTold() async throws {
    let scratch = try ScratchImages()
    var image = picture(3, 3) { _, _ in 0 }
    image.before = [
      TestPNG.chunk("gAMA", TestPNG.bigEndian(100_000)), TestPNG.chunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]),
    ]
    let path = try scratch.write(image.bytes)
    let reply = try await LocalExtractor().extract(request(path, width: 3, height: 3, specs: .object([])))
    #expect(
      reply.notes == [
        "Colours were converted to sRGB from the image's gamma and chromaticities.",
        "The image is animated: only its first frame was measured.", "The background is transparent.",
        "Nothing can be seen in the image: it has no colours.",
      ])
    #expect(reply.idf.background == "transparent" && reply.idf.specimens == [] && reply.idf.mode == nil)
  }

  @Test("A broken image is rejected for good, a missing file is the surroundings' fault")
  func refusalsAreTyped() async throws {
    let scratch = try ScratchImages()
    let broken = try scratch.write(Array(picture(3, 3) { _, _ in 1 }.bytes.dropLast(5)))
    let extractor = LocalExtractor()
    await #expect {
      _ = try await extractor.extract(request(broken, width: 3, height: 3, specs: .null))
    } throws: {
      guard case .rejected(let message, retryable: false)? = $0 as? ExtractorRefusal else { return false }
      return message.contains("\"ASSET-3\"")
    }
    await #expect {
      _ = try await extractor.extract(request(scratch.folder + "/none", width: 3, height: 3, specs: .null))
    } throws: {
      if case .surroundings? = $0 as? ExtractorRefusal { true } else { false }
    }
  }

  @Test("Other dimensions than the image's own are refused")
  func otherDimensionsAreRefused() async throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(picture(3, 3) { _, _ in 1 }.bytes)
    await #expect {
      _ = try await LocalExtractor().extract(request(path, width: 3, height: 4, specs: .null))
    } throws: {
      if case .badReply(_, raw: nil, retryable: false)? = $0 as? ExtractorRefusal { true } else { false }
    }
  }

  @Test("Cancelling ends a measurement")
  func cancellationEnds() async throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(picture(1, 300) { _, _ in 0xff }.bytes)
    let request = try request(path, width: 1, height: 300, specs: .null)
    let refusal = await Task { () -> ExtractorRefusal? in
      withUnsafeCurrentTask { $0?.cancel() }
      do throws(ExtractorRefusal) {
        _ = try await LocalExtractor().extract(request)
        return nil
      } catch { return error }
    }.value
    #expect(refusal == .cancelled)
  }

  @Test("The identity names the version that stored results depend on")
  func identityIsStable() async throws {
    let extractor: any Extractor = LocalExtractor()
    let identity = try await extractor.identity
    #expect(identity == ExtractorIdentity(kind: "local", parts: ["name": "ledgerctl-local", "version": "2"]))
  }
}
