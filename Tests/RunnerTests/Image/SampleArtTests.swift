import ImageAnalysis
import SampleBatch
import Testing

@testable import Runner

private struct Golden {
  var size: [Int]
  var background: String
  var primary: [String]
  var accents: [String]
  var zones: [Double]
}

/// What the sample pictures must measure on every machine; a change here is a new version of
/// `LocalExtractor`.
private let golden: [String: Golden] = [
  "ASSET-3": Golden(
    size: [1024, 1024], background: "#1a1714",
    primary: ["#698c73", "#8bab8f", "#bd5a49", "#c39a43"],
    accents: ["#79372c", "#8f6b40", "#2d342d"], zones: [0.214, 0.2773, 0.4116]),
  "ASSET-4": Golden(
    size: [832, 1040], background: "#f3ebdc",
    primary: ["#ab5418", "#e09433", "#94a382", "#69865f"],
    accents: ["#f2ca75", "#874014", "#4f6248"], zones: [0.0753, 0.9962, 0.1876]),
  "ASSET-6": Golden(
    size: [832, 1040], background: "#12202b",
    primary: ["#659088", "#90a18a", "#e5475a", "#fee2a1"],
    accents: ["#9e2538", "#da8c5e", "#8f6c5c"], zones: [0.059, 0.5715, 0.0188]),
]

@Suite("The sample batch")
struct SampleArtTests {
  @Test("Its assets, scores and categories are those of the reference batch")
  func seedIsMet() {
    #expect(SampleArt.batchID == "batch-theatrical-specimens")
    #expect(SampleArt.all.map(\.assetID) == ["ASSET-3", "ASSET-4", "ASSET-6"])
    #expect(SampleArt.all.map(\.score) == [92, 94, 91])
    #expect(SampleArt.all.map(\.category) == ["patterns", "specimens", "specimens"])
    #expect(SampleArt.all.first?.fileName == "asset-3-validated.png")
    for piece in SampleArt.all {
      #expect(piece.specs["name"]?.string == piece.name && piece.specs["category"]?.string == piece.category)
      #expect(piece.specs["specimens"]?.array?.isEmpty == false)
    }
  }

  @Test("Each picture has the very measures it always had", arguments: SampleArt.all.map(\.assetID))
  func measuresAreGolden(asset: String) throws {
    let scratch = try ScratchImages()
    let piece = try #require(SampleArt.all.first { $0.assetID == asset })
    let found = try ImageAnalyser.analyse(path: scratch.write(piece.draw()))
    let expected = try #require(golden[asset], "\(found)")
    #expect([found.facts.width, found.facts.height] == expected.size)
    #expect(found.background?.hex == expected.background)
    #expect(found.primary.map(\.hex) == expected.primary)
    #expect(found.accents.map(\.hex) == expected.accents)
    let zones = found.zones
    #expect([zones.upperLeft, zones.central, zones.lowerRight] == expected.zones)
  }

  @Test("The pattern repeats without a seam")
  func patternIsSeamless() throws {
    let scratch = try ScratchImages()
    let pattern = try #require(SampleArt.all.first { $0.category == "patterns" })
    var reader = try PNGReader.opened(path: scratch.write(pattern.draw()), named: "pattern")
    let side = reader.header.width
    // Brightness of the outermost and of two inner columns: a seam would differ more than neighbours within
    // do.
    var columns = [[Int]](repeating: [], count: 4)
    _ = try reader.forEachRow { row in
      for (index, x) in [side - 1, 0, side / 2 - 1, side / 2].enumerated() {
        columns[index].append(Int(row.pixels[x] >> 8 & 0xff))
      }
    }
    func difference(_ left: [Int], _ right: [Int]) -> Int {
      zip(left, right).reduce(0) { $0 + abs($1.0 - $1.1) }
    }
    #expect(Set(columns[0]).count > 20, "something crosses the edge")
    #expect(difference(columns[0], columns[1]) < 2 * difference(columns[2], columns[3]) + 2000)
  }
}
