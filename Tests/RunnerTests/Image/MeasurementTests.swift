import Core
import ImageAnalysis
import Testing

@testable import Extractors
@testable import Runner

@Suite("What is measured, and the extractor that adds nothing to it")
struct MeasurementTests {
  private func measured(_ image: TestPNG) throws -> Measurement {
    let scratch = try ScratchImages()
    return Measurement(try ImageAnalyser.analyse(path: scratch.write(image.bytes)))
  }

  @Test("Pixels give the measures and the colours that cover enough to be named")
  func measures() throws {
    let found = try measured(
      picture(90, 60) { x, y in (30..<60).contains(x) && (20..<40).contains(y) ? 0xc45c_4bff : 0x1a17_14ff })
    #expect(
      found
        == Measurement(
          dimensions: .init(width: 90, height: 60), background: "#1a1714",
          palette: .init(primary: ["#c45c4b"], accents: []),
          densityZones: .init(
            upperLeft: .init(coverage: 0), upperRight: .init(coverage: 0), central: .init(coverage: 1),
            lowerLeft: .init(coverage: 0), lowerRight: .init(coverage: 0)),
          transparency: 0, edges: .init(leftRight: true, topBottom: true),
          colours: [.init(hex: "#1a1714", share: 0.8889), .init(hex: "#c45c4b", share: 0.1111)]))
  }

  @Test("A transparent background, a converted gamma and an animation are told")
  func remarks() throws {
    var image = picture(3, 3) { _, _ in 0 }
    image.before = [
      TestPNG.chunk("gAMA", TestPNG.bigEndian(100_000)), TestPNG.chunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]),
    ]
    let found = try measured(image)
    #expect(
      found.remarks == [
        "Colours were converted to sRGB from the image's gamma and chromaticities.",
        "The image is animated: only its first frame was measured.", "The background is transparent.",
        "Nothing can be seen in the image: it has no colours.",
      ])
    #expect(found.background == "transparent" && found.colours.isEmpty)
  }

  @Test("Cancelling ends a measurement")
  func cancellation() async throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(picture(1, 300) { _, _ in 0xff }.bytes)
    let fault = await Task { () -> Fault? in
      withUnsafeCurrentTask { $0?.cancel() }
      do throws(Fault) {
        _ = try ImageAnalyser.analyse(path: path)
        return nil
      } catch { return error }
    }.value
    #expect(fault?.exit == .interrupted)
  }

  @Test("The local extractor says nothing, and is always the same")
  func local() async throws {
    let extractor: any Extractor = LocalExtractor()
    #expect(try await extractor.extract(ExtractorFixtures.request("A")) == ExtractionReply(said: [:]))
    #expect(
      try await extractor.identity == ExtractorIdentity(kind: "local", parts: ["name": "ledgerctl-local"]))
  }
}
