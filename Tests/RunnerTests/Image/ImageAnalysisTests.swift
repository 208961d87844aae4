import Core
import ImageAnalysis
import SampleBatch
import Testing

@testable import Runner

/// Measures an image that a test makes up pixel by pixel.
func measures(of image: TestPNG) throws -> ImageMeasures {
  let scratch = try ScratchImages()
  return try ImageAnalyser.analyse(path: scratch.write(image.bytes))
}

/// An image of 8-bit RGBA whose pixels are given as 0xrrggbbaa.
func picture(_ width: Int, _ height: Int, _ colour: @escaping @Sendable (Int, Int) -> UInt32) -> TestPNG {
  TestPNG(
    width: width, height: height, colourType: 6,
    pixel: { x, y in
      let pixel = colour(x, y)
      return [
        UInt16(pixel >> 24), UInt16(pixel >> 16 & 0xff), UInt16(pixel >> 8 & 0xff), UInt16(pixel & 0xff),
      ]
    })
}

@Suite("Measuring images")
struct ImageAnalysisTests {
  @Test("A single pixel is its own background and only colour")
  func singlePixel() throws {
    let found = try measures(of: picture(1, 1) { _, _ in 0x3366_99ff })
    #expect(found.background?.hex == "#336699")
    #expect(found.primary.map(\.hex) == ["#336699"])
    #expect(found.accents == [])
    #expect(found.zones.central == 0)
  }

  @Test("An image in which nothing can be seen has no colours, and its ground is transparent")
  func transparentImage() throws {
    let found = try measures(of: picture(12, 9) { x, _ in UInt32(x) << 24 })
    #expect(found.isBackgroundTransparent)
    #expect(found.primary == [] && found.accents == [] && found.transparency == 1)
    #expect(found.zones.upperLeft == 0)
  }

  @Test("Two colours: the border's is the background, the other the only primary one")
  func twoColours() throws {
    let found = try measures(
      of: picture(90, 90) { x, y in (30..<60).contains(x) && (30..<60).contains(y) ? 0xc45c_4bff : 0x1a17_14ff
      })
    #expect(found.background?.hex == "#1a1714")
    #expect(found.primary.map(\.hex) == ["#c45c4b"])
    #expect(found.accents == [])
    #expect(found.zones.upperLeft == 0)
    #expect(found.zones.central == 1)
    #expect(found.zones.lowerRight == 0)
  }

  @Test("Flat colours come out exactly, the smallest vivid ones as accents")
  func flatColours() throws {
    let found = try measures(
      of: picture(100, 100) { x, y in
        switch (x, y) {
        case (10..<60, 10..<60): 0x2f5d_50ff
        case (60..<90, 10..<60): 0xd4a8_4bff
        case (10..<60, 60..<80): 0x8fb4_c9ff
        case (70..<76, 70..<76): 0xd81e_5bff
        default: 0xf5ef_e2ff
        }
      })
    #expect(found.background?.hex == "#f5efe2")
    #expect(found.primary.map(\.hex) == ["#2f5d50", "#d4a84b", "#8fb4c9"])
    #expect(found.accents.map(\.hex) == ["#d81e5b"])
  }

  @Test("Shades nobody can tell apart are one colour; colours that differ are not merged")
  func nearDuplicatesMerge() throws {
    let merged = try measures(
      of: picture(60, 60) { x, y in
        guard (6..<54).contains(x), (6..<54).contains(y) else { return 0xffff_ffff }
        return (x + y) % 2 == 0 ? 0x7a9e_82ff : 0x7ca0_84ff
      })
    #expect(merged.primary.count == 1 && merged.accents == [])

    // Teal and green of the same lightness, as near as two names for colours get.
    let kept = try measures(
      of: picture(60, 60) { x, y in
        guard (6..<54).contains(x), (6..<54).contains(y) else { return 0xffff_ffff }
        return x < 30 ? 0x2a9d_8fff : 0x4c9f_50ff
      })
    #expect(Set(kept.primary.map(\.hex)) == ["#2a9d8f", "#4c9f50"])
  }

  @Test("Smooth edges between two colours add none")
  func smoothEdgesAddNone() throws {
    let found = try measures(
      of: picture(90, 90) { x, y in
        let fromCentre = Double((x - 45) * (x - 45) + (y - 45) * (y - 45)).squareRoot()
        let inside = min(max(30.5 - fromCentre, 0), 1)
        let mixed = [200.0, 12, 24].map { UInt32(255 + ($0 - 255) * inside) }
        return mixed[0] << 24 | mixed[1] << 16 | mixed[2] << 8 | 0xff
      })
    #expect(found.background == .white)
    #expect(found.primary.map(\.hex) == ["#c80c18"])
    #expect(found.accents == [])
  }

  @Test("A gradient gives a few steps along it")
  func gradientGivesSteps() throws {
    let found = try measures(
      of: picture(256, 64) { x, _ in UInt32(x) << 24 | UInt32(40) << 16 | UInt32(255 - x) << 8 | 0xff })
    let background = try #require(found.background)
    #expect(background.blue > 240 && background.red < 15)
    #expect((2...4).contains(found.primary.count))
    #expect(found.primary.contains { $0.red > 200 && $0.blue < 60 })
    #expect(found.primary.contains { (90..<170).contains($0.red) && (90..<170).contains($0.blue) })
    let steps = (found.primary + found.accents).map(\.red).sorted()
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $1 - $0 > 15 })
  }

  @Test("On a transparent ground everything visible counts, white too, by its alpha")
  func transparentGround() throws {
    let found = try measures(
      of: picture(30, 30) { x, y in
        switch (x, y) {
        case (10..<20, 10..<20): 0xffff_ffff
        case (20..<28, 20..<28): 0x0000_0080
        default: 0x1234_5600
        }
      })
    #expect(found.isBackgroundTransparent && found.background == nil)
    #expect(found.primary.map(\.hex) == ["#ffffff", "#000000"])
    // 100 whole pixels and 64 of alpha 128, of 900.
    #expect(found.transparency == 0.8532)
    #expect(found.zones.central == 1)
    // 64 of 100 pixels at half opacity.
    #expect(found.zones.lowerRight == 0.3213)
  }

  @Test("Zones are ninths of the image, rounded outwards")
  func zonesAreNinths() throws {
    let found = try measures(
      of: picture(10, 10) { x, y in
        let isDark =
          x < 4 && y < 2 || x == 5 && y == 5 || x > 5 && y == 9 || x == 9 && y < 3 || x < 4 && y > 6 && y < 9
        return isDark ? 0x0000_00ff : 0xffff_ffff
      })
    #expect(found.zones.upperLeft == 0.5)
    #expect(found.zones.upperRight == 0.1875)
    #expect(found.zones.central == 0.0625)
    #expect(found.zones.lowerLeft == 0.5)
    #expect(found.zones.lowerRight == 0.25)
  }

  @Test("The zones of thin images overlap, and each pixel still counts once for the palette")
  func thinImages() throws {
    for (width, height) in [(1, 1), (1, 7), (2, 2), (7, 1), (2, 9), (5, 5)] {
      let found = try measures(of: picture(width, height) { _, _ in 0xc45c_4bff })
      #expect(found.background?.hex == "#c45c4b" && found.transparency == 0, "\(width) × \(height)")
      let half = try measures(of: picture(width, height) { _, _ in 0xc45c_4b80 })
      #expect(half.transparency == 0.498 && half.primary.map(\.hex) == ["#c45c4b"], "\(width) × \(height)")
    }
  }

  @Test("A pixel that nobody can see gives no colour")
  func invisibleColours() throws {
    let hole = try measures(of: picture(40, 40) { x, y in x == 20 && y == 20 ? 1 : 0x0080_00ff })
    #expect(hole.background?.hex == "#008000" && hole.primary.map(\.hex) == ["#008000"])
    // A single pixel of 10,000 is not one that anybody would name, one of 1,600 is.
    let speck = try measures(of: picture(100, 100) { x, y in x == 20 && y == 20 ? 0xff : 0xffff_ffff })
    #expect(speck.primary.map(\.hex) == ["#ffffff"])
    let dot = try measures(of: picture(40, 40) { x, y in x == 20 && y == 20 ? 0xff : 0xffff_ffff })
    #expect(dot.primary.map(\.hex) == ["#000000"])
  }

  @Test("A soft shadow covers but is not a colour, unless there is nothing else")
  func softShadows() throws {
    let shadow = try measures(
      of: picture(60, 60) { x, y in
        if (10..<40).contains(x) && (10..<40).contains(y) { return 0xe0e0_e0ff }
        return (10..<50).contains(x) && (10..<50).contains(y) ? 0x0000_0050 : 0
      })
    #expect(shadow.primary.map(\.hex) == ["#e0e0e0"] && shadow.accents == [])
    #expect(shadow.zones.lowerRight == 0.0784)
    let glass = try measures(of: picture(20, 20) { _, _ in 0x2040_8050 })
    #expect(glass.primary.map(\.hex) == ["#204080"])
  }

  @Test("Round corners make a transparent ground, a few soft pixels in them do not")
  func roundCorners() throws {
    func badge(_ radius: Int) throws -> ImageMeasures {
      try measures(
        of: picture(128, 128) { x, y in
          let side = max(radius - min(x, 127 - x), 0)
          let top = max(radius - min(y, 127 - y), 0)
          return side * side + top * top > radius * radius ? 0 : 0x2266_ccff
        })
    }
    #expect(try badge(40).background == nil)
    #expect(try badge(2).background?.hex == "#2266cc")
    #expect(try badge(2).transparency > 0)
  }

  @Test("White art on a transparent ground has its own palette")
  func whiteArt() throws {
    let found = try measures(
      of: picture(64, 64) { x, y in
        let fromCentre = (x - 32) * (x - 32) + (y - 32) * (y - 32)
        return fromCentre < 200 ? 0xffff_ffff : fromCentre < 500 ? 0xe8e8_f0ff : 0
      })
    #expect(found.background == nil)
    #expect(found.primary.map(\.hex).first == "#ffffff" || found.primary.map(\.hex).first == "#e8e8f0")
  }

  @Test("Edges meet where nobody sees a seam in the repeated image")
  func edgesMeet() throws {
    func edges(_ colour: @escaping @Sendable (Int, Int) -> UInt32) throws -> ImageMeasures.Edges {
      try measures(of: picture(96, 64, colour)).edges
    }
    @Sendable func grey(_ value: Int) -> UInt32 {
      UInt32(value) << 24 | UInt32(value) << 16 | UInt32(value) << 8 | 0xff
    }
    let both = ImageMeasures.Edges(leftRight: true, topBottom: true)
    #expect(try edges { _, _ in 0x1234_56ff } == both)
    #expect(try edges { _, _ in 0 } == both)
    // A motif in the middle, and one that leaves on the right and comes back on the left.
    #expect(try edges { x, y in (20..<40).contains(x) && (20..<40).contains(y) ? 0xff : 0xffff_ffff } == both)
    #expect(try edges { x, y in (x + 10) % 96 < 20 && (20..<40).contains(y) ? 0xff : 0xffff_ffff } == both)
    // Noise has a seam nowhere, for it has one everywhere.
    #expect(try edges { x, y in grey((x * 7919 + y * 104_729 + x * y * 31) % 251) } == both)
    // A gradient from left to right; a motif that is cut at the bottom.
    let gradient = try edges { x, _ in grey(x * 2) }
    #expect(gradient == ImageMeasures.Edges(leftRight: false, topBottom: true))
    let cut = try edges { x, y in (20..<40).contains(x) && y > 50 ? 0xff : 0xffff_ffff }
    #expect(cut == ImageMeasures.Edges(leftRight: true, topBottom: false))
    // Alpha alone makes a seam, too.
    let fading = try edges { x, _ in 0x0000_0000 | UInt32(x * 2) }
    #expect(fading == ImageMeasures.Edges(leftRight: false, topBottom: true))
  }

  @Test("How an image is stored does not change its measures")
  func storageDoesNotMatter() throws {
    let colours: [UInt32] = [0xf3ebdc, 0xb75a1a, 0x4c6b4f, 0xd81e5b]
    let index: @Sendable (Int, Int) -> Int = { x, y in
      (8..<56).contains(x) && (8..<56).contains(y) ? (x * x + y * y) / 700 % 4 : 0
    }
    let rgb: @Sendable (Int, Int) -> [UInt16] = { x, y in
      [16, 8, 0].map { UInt16(colours[index(x, y)] >> $0 & 0xff) }
    }
    let palette = TestPNG.chunk(
      "PLTE", colours.flatMap { [UInt8($0 >> 16), UInt8($0 >> 8 & 0xff), UInt8($0 & 0xff)] })
    var images = [
      TestPNG(width: 64, height: 64, pixel: rgb),
      TestPNG(width: 64, height: 64, bitDepth: 16, pixel: { x, y in rgb(x, y).map { $0 * 257 } }),
      TestPNG(width: 64, height: 64, colourType: 6, pixel: { x, y in rgb(x, y) + [255] }),
      TestPNG(
        width: 64, height: 64, colourType: 3, bitDepth: 2, before: [palette],
        pixel: { x, y in [UInt16(index(x, y))] }),
    ]
    images += images.map { image in
      var interlaced = image
      interlaced.interlaced = true
      return interlaced
    }
    let first = try measures(of: images[0])
    for image in images {
      var found = try measures(of: image)
      found.facts = first.facts
      #expect(found == first)
    }
  }

  @Test("Any image has 1 to 4 primary and at most 3 accent colours, none of them twice")
  func palettesAreSane() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    for round in 0..<24 {
      var random = ImageDamageGenerator(state: seed &+ UInt64(round))
      let colours = (0..<Int.random(in: 1...40, using: &random)).map { _ in
        UInt32.random(in: 0...UInt32.max, using: &random) | (round % 2 == 0 ? 0xff : 0)
      }
      let step = Int.random(in: 1...40, using: &random)
      let found = try measures(
        of: picture(Int.random(in: 1...40, using: &random), Int.random(in: 1...40, using: &random)) { x, y in
          colours[(x / 3 * step + y / 4 * 7) % colours.count]
        })
      let all = found.primary + found.accents
      let isSeen = found.transparency < 1
      #expect(
        (isSeen ? 1...4 : 0...0).contains(found.primary.count) && found.accents.count <= 3,
        "seed \(seed), round \(round)")
      #expect(Set(all).count == all.count, "seed \(seed), round \(round)")
      #expect(
        all.count == 1 || found.background.map { !all.contains($0) } != false,
        "seed \(seed), round \(round)")
    }
  }
}

@Suite("Perceived colour")
struct PerceivedColourTests {
  @Test("Black and white are 1 apart, and greys have no chroma")
  func greyAxis() {
    let black = PerceivedColour(RGB(0, 0, 0))
    let white = PerceivedColour(.white)
    #expect(abs(black.distance(to: white) - 1) < 1e-6)
    for value: UInt8 in [1, 30, 128, 254] {
      #expect(PerceivedColour(RGB(value, value, value)).chroma < 1e-6)
    }
  }

  @Test("Oklab's published values are met, its axes doubled")
  func publishedValues() {
    // Red in Oklab is L 0.6279554, a 0.2248631, b 0.1258463.
    let red = PerceivedColour(RGB(255, 0, 0))
    #expect(abs(red.greenRed / red.blueYellow - 0.2248631 / 0.1258463) < 1e-5)
    #expect(abs(red.lightness - 0.5680846) < 1e-6)
    #expect(abs(red.chroma - 2 * 0.2576833 * 0.5680846 / 0.6279554) < 1e-5)
  }

  @Test("The sine made of sums and products is one")
  func sineIsExact() {
    for (turns, sine) in [
      (0.0, 0.0), (1.0 / 12, 0.5), (0.25, 1), (0.5, 0), (0.75, -1), (1.0 / 8, 0.7071067811865476),
    ] {
      #expect(abs(Turn.sine(turns) - sine) < 1e-7)
      #expect(abs(Turn.sine(turns - 3) - sine) < 1e-7)
    }
  }
}
