import SampleBatch
import Testing

@testable import Runner

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The value of a variable of the environment, or nil where it is not set.
private func environment(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

@Suite("The contact sheet")
struct ContactSheetTests {
  @Test("Shows every image's own palette under it")
  func showsPalettes() throws {
    let scratch = try ScratchImages()
    let framed = try scratch.write(
      picture(40, 30) { x, y in (9..<30).contains(x) && (9..<20).contains(y) ? 0xc45c_4bff : 0x1a17_14ff }
        .bytes,
      "a.png")
    let plain = try scratch.write(picture(3, 3) { _, _ in 0x3366_99ff }.bytes, "b.png")
    let sheet = try decodedPixels(scratch.write(ContactSheet(images: [framed, plain]).png(), "sheet.png"))
      .pixels
    func colour(_ area: ContactSheet.Rectangle) -> [UInt8] {
      sheet[(area.y + 1) * 2 * ContactSheet.cellWidth + area.x + 1]
    }
    let second = ContactSheet.cellWidth
    #expect(colour(ContactSheet.backgroundSwatch(left: 0, top: 0)) == [0x1a, 0x17, 0x14, 255])
    #expect(colour(ContactSheet.primarySwatch(0, left: 0, top: 0)) == [0xc4, 0x5c, 0x4b, 255])
    #expect(colour(ContactSheet.primarySwatch(0, left: second, top: 0)) == [0x33, 0x66, 0x99, 255])
    #expect(
      sheet[ContactSheet.margin * 2 * ContactSheet.cellWidth + ContactSheet.margin] == [
        0x1a, 0x17, 0x14, 255,
      ])
  }

  /// What `scripts/contact-sheet` runs.
  @Test("Is written where the script asks for it", .enabled(if: environment("CONTACT_SHEET") != nil))
  func isWritten() throws {
    let target = try #require(environment("CONTACT_SHEET"))
    let scratch = try ScratchImages()
    var images = (environment("CONTACT_SHEET_IMAGES") ?? "").split(separator: "\n").map(String.init)
    if images.isEmpty { images = try SampleArt.all.map { try scratch.write($0.draw(), $0.fileName) } }
    let sheet = try ContactSheet(images: images).png()
    let file = try #require(fopen(target, "w"), "cannot write \"\(target)\"")
    defer { fclose(file) }
    #expect(fwrite(sheet, 1, sheet.count, file) == sheet.count)
  }
}
