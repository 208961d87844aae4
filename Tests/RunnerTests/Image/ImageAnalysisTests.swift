import Testing

@testable import Runner

/// Measures an image that a test makes up pixel by pixel.
func measures(of image: TestPNG) throws -> ImageMeasures {
  let scratch = try ScratchImages()
  return try ImageAnalysis.analyse(path: scratch.write(image.bytes))
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
    #expect(found.background.hex == "#336699")
    #expect(found.primary.map(\.hex) == ["#336699"])
    #expect(found.accents == [])
    #expect(found.densityZones.central.coverage == 0)
  }

  @Test("An image in which nothing can be seen stands as white on white")
  func transparentImage() throws {
    let found = try measures(of: picture(12, 9) { x, _ in UInt32(x) << 24 })
    #expect(found.isBackgroundTransparent)
    #expect(found.background == .white && found.primary == [.white] && found.accents == [])
    #expect(found.densityZones.upperLeft.coverage == 0)
  }

  @Test("Two colours: the border's is the background, the other the only primary one")
  func twoColours() throws {
    let found = try measures(
      of: picture(90, 90) { x, y in (30..<60).contains(x) && (30..<60).contains(y) ? 0xc45c_4bff : 0x1a17_14ff
      })
    #expect(found.background.hex == "#1a1714")
    #expect(found.primary.map(\.hex) == ["#c45c4b"])
    #expect(found.accents == [])
    #expect(found.densityZones.upperLeft.coverage == 0)
    #expect(found.densityZones.central.coverage == 1)
    #expect(found.densityZones.lowerRight.coverage == 0)
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
    #expect(found.background.hex == "#f5efe2")
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
    #expect(found.background.blue > 240 && found.background.red < 15)
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
    #expect(found.isBackgroundTransparent && found.background == .white)
    #expect(found.primary.map(\.hex) == ["#ffffff", "#000000"])
    #expect(found.densityZones.central.coverage == 1)
    // 64 of 100 pixels at half opacity.
    #expect(found.densityZones.lowerRight.coverage == 0.3213)
  }

  @Test("Zones are ninths of the image, rounded outwards")
  func zonesAreNinths() throws {
    let found = try measures(
      of: picture(10, 10) { x, y in
        x < 4 && y < 2 || x == 5 && y == 5 || x > 5 && y == 9 ? 0x0000_00ff : 0xffff_ffff
      })
    #expect(found.densityZones.upperLeft.coverage == 0.5)
    #expect(found.densityZones.central.coverage == 0.0625)
    #expect(found.densityZones.lowerRight.coverage == 0.25)
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
      #expect(
        (1...4).contains(found.primary.count) && found.accents.count <= 3, "seed \(seed), round \(round)")
      #expect(Set(all).count == all.count, "seed \(seed), round \(round)")
      #expect(
        all.count == 1 || found.isBackgroundTransparent || !all.contains(found.background),
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
