import Core
import Foundation
import ImageAnalysis
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

/// A page in headless Chromium: what it looks like, and what it says of itself.
struct Browser {
  let folder: SampleFolder
  /// The page's path in the folder.
  let page: String

  /// Takes a picture of the page in a window of this many pixels.
  func picture(width: Int, height: Int) async throws -> Pixels {
    let path = "\(folder.root)/.home/picture-\(UUID().uuidString).png"
    _ = try await run(["--screenshot=\(path)", "--window-size=\(width),\(height)"])
    return try Pixels(path: path)
  }

  /// The text that the page's script has put into the element with the id `told`, as JSON.
  func told(width: Int, height: Int) async throws -> JSONValue {
    let document = try await run(["--dump-dom", "--window-size=\(width),\(height)"])
    let open = try #require(document.firstRange(of: "<script id=\"told\" type=\"application/json\">"))
    let close = try #require(document[open.upperBound...].firstRange(of: "</script>"))
    return try JSONReader.value(of: Array(document[open.upperBound..<close.lowerBound].utf8))
  }

  /// The page's document once its script has run, and what it has written to the console: errors, and what its policy
  /// refused.
  func document(width: Int, height: Int) async throws -> (text: String, console: [String]) {
    let (document, errors) = try await output([
      "--dump-dom", "--enable-logging=stderr", "--window-size=\(width),\(height)",
    ])
    return (document, errors.split(separator: "\n").map(String.init).filter { $0.contains(":CONSOLE") })
  }

  private func run(_ options: [String]) async throws -> String { try await output(options).text }

  private func output(_ options: [String]) async throws -> (text: String, errors: String) {
    var command = Command(
      [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
        "--force-color-profile=srgb", "--virtual-time-budget=3000",
        "--user-data-dir=\(folder.root)/.home/chromium-\(UUID().uuidString)",
      ] + options + ["file://\(folder.root)/\(page)"], environment: folder.environment,
      directory: folder.root)
    command.timeout = .seconds(120)
    command.outputLimitBytes = 8 << 20
    let result = try await ChildProcess.run(command)
    #expect(result.succeeded, "\(String(decoding: result.errorTail, as: UTF8.self))")
    return (
      String(decoding: result.output, as: UTF8.self), String(decoding: result.errorTail, as: UTF8.self)
    )
  }

  /// A decoded picture.
  struct Pixels {
    private(set) var rows: [[UInt32]] = []

    init(path: String) throws {
      var reader = try PNGReader.opened(path: path, named: path)
      var rows: [[UInt32]] = []
      _ = try reader.forEachRow { row in
        rows.append(row.pixels[row.indices(in: 0..<row.pixels.count)].map { UInt32(littleEndian: $0) })
      }
      self.rows = rows
    }

    /// The colour at a place, as `#rrggbb`.
    func colour(_ x: Int, _ y: Int) -> String {
      let pixel = rows[y][x]
      return RGB(UInt8(pixel & 255), UInt8(pixel >> 8 & 255), UInt8(pixel >> 16 & 255)).hex
    }
  }
}
