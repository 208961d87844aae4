import AssetBundle
import Foundation
import ImageAnalysis
import Testing

@testable import Runner

@Suite("usage.md's CSS and HTML in a browser", .serialized)
struct UsagePageTests {
  private struct Piece {
    var id: String
    var category: String
    var image: TestPicture
    var scale = ""
  }

  /// One image of each kind: an opaque wallpaper and pattern, a cut-out, and an icon at twice its size on the page.
  private static let pieces = [
    Piece(
      id: "WALL", category: "wallpapers",
      image: .init(900, 600) { x, _ in x < 300 ? 0x2040_60ff : 0xd0a0_40ff }),
    Piece(
      id: "TILE", category: "patterns",
      image: .init(64, 64) { x, y in (x / 16 + y / 16) % 2 == 0 ? 0x1030_20ff : 0x60c0_80ff }),
    Piece(
      id: "CUT", category: "specimens",
      image: .init(240, 240) { x, y in
        (x - 120) * (x - 120) + (y - 120) * (y - 120) < 6400 ? 0xffff_ffff : 0
      }),
    Piece(
      id: "ICON", category: "icons", image: .init(48, 48) { x, y in x > 8 && y > 8 ? 0xc020_30ff : 0 },
      scale: "@2x"),
  ]

  private func landed() async throws -> SampleFolder {
    let folder = try SampleFolder()
    for piece in Self.pieces {
      try folder.write(piece.image.bytes, to: "downloads/\(piece.id.lowercased())\(piece.scale).png")
    }
    try folder.writeManifest { draft in
      draft.assets = Self.pieces.map { piece in
        .init(
          id: piece.id, path: "downloads/\(piece.id.lowercased())\(piece.scale).png", score: 95,
          specs: ["category": .string(piece.category)], alt: "The \"\(piece.id)\" <picture>")
      }
    }
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    return folder
  }

  /// A page of every block of code of every usage.md, on a ground.
  private func page(_ folder: SampleFolder, ground: String) throws -> Browser {
    var css =
      "body { background: \(ground); margin: 0; } section, header { height: 200px; min-height: 0 !important; }\n"
    var html = ""
    for piece in Self.pieces {
      let usage = String(decoding: try folder.read("assets/\(piece.id)/usage.md"), as: UTF8.self)
      css += Self.blocks(usage, "css").joined(separator: "\n")
      html += "<div id=\"\(piece.id)\">" + Self.blocks(usage, "html").joined(separator: "\n") + "</div>\n"
    }
    // The site would serve what lies in `public`.
    let root = "file://\(folder.root)/frontend/public/assets/"
    let name = "page-\(ground.dropFirst()).html"
    try folder.write(
      """
      <!doctype html><meta charset="utf-8"><style>\(css)</style>\(html)
      <script id="told" type="application/json">{}</script>
      <script>
      addEventListener("load", () => {
        const told = {};
        for (const id of ["WALL", "TILE", "CUT", "ICON"]) {
          const box = document.getElementById(id).firstElementChild, area = box.getBoundingClientRect();
          const style = getComputedStyle(box), behind = getComputedStyle(box, "::before");
          told[id] = {
            x: Math.round(area.x), y: Math.round(area.y), width: area.width, height: area.height, alt: box.alt,
            natural: box.naturalWidth || 0, ground: style.backgroundColor, colour: style.color,
            opacity: style.opacity, layer: behind.backgroundImage, layerWidth: behind.width, display: behind.display,
          };
        }
        document.getElementById("told").textContent = JSON.stringify(told);
      });
      </script>
      """.replacing("url(\"/assets/", with: "url(\"\(root)").replacing(
        "src=\"/assets/", with: "src=\"\(root)"),
      to: name)
    return Browser(folder: folder, page: name)
  }

  private static func blocks(_ text: String, _ language: String) -> [String] {
    text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  @Test("Sizes, grounds, contrast and alternative text are what the text says, at two widths")
  func measured() async throws {
    let folder = try await landed()
    let page = try page(folder, ground: "#101010")
    for width in [1280, 500] {
      let told = try await page.told(width: width, height: 900)
      for piece in Self.pieces {
        let box = try #require(told[piece.id])
        // Never larger than the image is on the page, never wider than its column.
        let size = Double(piece.image.width) / (piece.scale.isEmpty ? 1 : 2)
        if ["specimens", "icons"].contains(piece.category) {
          #expect(
            try #require(box["width"]?.double) <= min(size, Double(width)), "\(piece.id) at \(width): \(box)")
          #expect(box["alt"] == .string("The \"\(piece.id)\" <picture>"))
          #expect(box["natural"] == .number(String(piece.image.width)), "The address leads to the image.")
          #expect(box["ground"] == "rgba(0, 0, 0, 0)", "No box behind a cut-out.")
        }
      }
      #expect(told["WALL"]?["layerWidth"] == .string(width == 1280 ? "900px" : "500px"))
      #expect(told["TILE"]?["layer"]?.string?.contains("tile.png") == true)
      // The text's colour on the ground, as the text says.
      let usage = String(decoding: try folder.read("assets/TILE/usage.md"), as: UTF8.self)
      let ground = try #require(
        told["TILE"]?["ground"]?.string.flatMap(ColourText.hex).flatMap(RGB.init))
      let colour = try #require(
        told["TILE"]?["colour"]?.string.flatMap(ColourText.hex).flatMap(RGB.init))
      let ratio = Contrast.ratio(ground, colour)
      #expect(ratio >= 4.5)
      #expect(usage.contains("\(Contrast.words(ratio)) (WCAG 2.2"))
    }
  }

  @Test(
    "A cut-out shows the page around it, dark or light, and an opaque tile its own ground",
    arguments: ["#101010", "#f4f0e8"])
  func pictures(_ ground: String) async throws {
    let folder = try await landed()
    let page = try page(folder, ground: ground)
    for width in [1280, 500] {
      let told = try await page.told(width: width, height: 900)
      let picture = try await page.picture(width: width, height: 900)
      func place(_ id: String, _ x: Double, _ y: Double) throws -> String {
        let box = try #require(told[id])
        let left = try #require(box["x"]?.double)
        let top = try #require(box["y"]?.double)
        let (wide, high) = (try #require(box["width"]?.double), try #require(box["height"]?.double))
        return picture.colour(Int(left + wide * x), Int(top + high * y))
      }
      #expect(try place("CUT", 0.02, 0.02) == ground, "No box around the cut-out.")
      #expect(try place("CUT", 0.98, 0.98) == ground)
      #expect(try place("CUT", 0.5, 0.5) == "#ffffff", "The art is there.")
      #expect(try place("ICON", 0.05, 0.05) == ground)
    }
  }
}

/// A picture made of a function.
struct TestPicture: Sendable {
  let width: Int
  let bytes: [UInt8]

  /// Each pixel as 0xrrggbbaa.
  init(_ width: Int, _ height: Int, _ pixel: (Int, Int) -> UInt32) {
    self.width = width
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let value = pixel(x, y)
        pixels += [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
      }
    }
    bytes = PNGWriter.encode(width: width, height: height, channels: 4, pixels: pixels)
  }
}
