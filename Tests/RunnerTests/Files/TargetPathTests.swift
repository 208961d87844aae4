import FileStore
import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Paths of targets")
struct TargetPathTests {
  @Test(
    "Ordinary paths are taken as they are",
    arguments: [
      "a", "assets/ASSET-3-nocturnal-canopy/context.md", "frontend/public/assets/patterns/asset-3.png",
      ".gitignore",
      ".github/x", "git/x", "a/.gitkeep", ".ledgers/x", "..a/b..c/...d", "café/ß.png", "a b/c", "a/--x",
    ])
  func accepted(text: String) throws {
    let path = try TargetPath(text)
    #expect(path.text == text)
    #expect(path.components.joined(separator: "/") == text)
  }

  @Test(
    "Every spelling of git's and the ledger's own folder is refused, wherever it is",
    arguments: [
      ".git", ".GIT", ".Git", ".gIt", "git~1", "GIT~1", ".git ", ".git.", ".git . .", ".GIT...", "git~1. ",
      ".git::$INDEX_ALLOCATION", ".git:x", ".git\\config", ".g\u{200c}it", "\u{feff}.git", ".git\u{200d}",
      ".gi\u{202e}t", ".g\u{206a}it", ".G\u{200b}iT ", ".ledger", ".Ledger", ".LEDGER ", "ledger~1",
      ".led\u{200c}ger", ".ledgerctl-0123", ".LEDGERCTL-x",
    ])
  func reserved(name: String) {
    for text in [name, name + "/x", "a/" + name, "a/" + name + "/x"] {
      #expect(throws: TargetPath.Problem.reservedComponent(name.split(separator: "/")[0].description)) {
        _ = try TargetPath(text)
      }
    }
  }

  static let refusals: [(String, TargetPath.Problem)] = [
    ("", .empty), ("/", .absolute), ("/etc/passwd", .absolute), ("a//b", .emptyComponent),
    ("a/", .emptyComponent),
    (".", .relativeComponent(".")), ("..", .relativeComponent("..")), ("a/../b", .relativeComponent("..")),
    ("a/./b", .relativeComponent(".")), ("a/..", .relativeComponent("..")),
    ("--output=x", .refusedCharacter("-")), ("-", .refusedCharacter("-")), ("a\nb", .refusedCharacter("\n")),
    ("a\0b", .refusedCharacter("\0")), ("a\u{1b}[31m", .refusedCharacter("\u{1b}")),
    ("a\u{7f}", .refusedCharacter("\u{7f}")), ("a\u{85}", .refusedCharacter("\u{85}")),
    ("a\u{202e}b", .refusedCharacter("\u{202e}")), ("a\u{2028}b", .refusedCharacter("\u{2028}")),
    ("a\\b", .refusedCharacter("\\")), ("c:/x", .refusedCharacter(":")), ("a./b", .endsInDotOrSpace("a.")),
    ("a/b ", .endsInDotOrSpace("b ")), ("cafe\u{301}/x", .notComposed("cafe\u{301}")),
    ("\u{212b}", .notComposed("\u{212b}")),
    (String(repeating: "x", count: 256), .tooLong(sizeBytes: 256, limitBytes: 255)),
    (String(repeating: "é", count: 128), .tooLong(sizeBytes: 256, limitBytes: 255)),
    (String(repeating: "abc/", count: 256) + "x", .tooLong(sizeBytes: 1025, limitBytes: 1024)),
  ]

  @Test("What is not a harmless relative path is refused for its first problem", arguments: refusals)
  func refused(text: String, problem: TargetPath.Problem) {
    #expect(throws: problem) { _ = try TargetPath(text) }
    #expect(!problem.text.isEmpty)
  }

  @Test("A combining mark after a slash does not hide a component")
  func markAfterSlash() throws {
    #expect(throws: TargetPath.Problem.self) { _ = try TargetPath("a/\u{301}/../../b") }
    #expect(try TargetPath("a/\u{301}b").components.count == 2)
  }

  @Test("Whatever is accepted stays inside the root and never names git's folder", arguments: 0..<8)
  func acceptedStaysInside(round: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let pieces = [
      "/", "/", "..", ".", ".git", "GIT", "~1", "a", "É", "e\u{301}", "\u{200c}", "\u{202e}", " ", "\0", "\n",
      "\\", ":",
      "-", ".ledger", "\u{301}", "ß", "K",
    ]
    var accepted = 0
    for _ in 0..<4_000 {
      let text = (0..<Int.random(in: 0...7, using: &random))
        .map { _ in pieces[Int.random(in: pieces.indices, using: &random)] }.joined()
      guard let path = try? TargetPath(text) else { continue }
      accepted += 1
      // Judged by bytes and by other means than the code under test.
      let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      let names = parts.map { String(decoding: $0, as: UTF8.self) }
      #expect(
        names.map { Array($0.utf8) } == path.components.map { Array($0.utf8) },
        "seed \(seed), \(text.debugDescription)")
      let harmless = names.allSatisfy { name in
        let plain = String(name.lowercased().reversed().drop { $0 == " " }.reversed())
        return name != "" && name != "." && name != ".." && plain != ".git" && plain != "git~1"
          && plain != ".ledger" && !name.utf8.contains { $0 < 32 }
      }
      #expect(harmless, "seed \(seed), \(text.debugDescription)")
    }
    #expect(accepted > 100, "seed \(seed): too few paths were accepted to prove anything")
  }

  @Test("Different paths get along; the same path twice does not")
  func unique() throws {
    let paths = try ["a/b/c.md", "a/b/d.md", "a/e", "f"].map { try TargetPath($0) }
    #expect(TargetClash.all(among: paths).isEmpty)
    #expect(
      TargetClash.all(among: paths + [paths[0]]) == [
        TargetClash(one: paths[0], other: paths[0], kind: .sameFile)
      ])
  }

  static let clashes: [(String, String, TargetClash.Kind?)] = [
    ("a/x.md", "a/X.md", .sameFile), ("a/x", "A/x", .sameFile), ("straße", "STRASSE", .sameFile),
    ("É", "é", .sameFile), ("a", "a/b", .fileIsFolder), ("a/b", "A", .fileIsFolder),
    ("a/b/c", "a/B", .fileIsFolder),
    ("a/x", "A/y", .folderSpeltTwice), ("p/a/x", "p/A/y", .folderSpeltTwice), ("a/x", "a/y", nil),
    ("ab", "a/b", nil),
    ("\u{3c3}", "\u{3c2}", .sameFile), ("\u{17f}", "s", .sameFile),
  ]

  @Test("Two targets clash where case and composition don't count", arguments: clashes)
  func clash(one: String, other: String, kind: TargetClash.Kind?) throws {
    let (one, other) = (try TargetPath(one), try TargetPath(other))
    #expect(TargetClash.all(among: [one, other]).map(\.kind) == (kind.map { [$0] } ?? []))
    #expect(TargetClash.all(among: [other, one]).map(\.kind) == (kind.map { [$0] } ?? []))
  }
}
