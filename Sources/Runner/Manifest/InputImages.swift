import BatchModel
import Core
import Files
import ImageAnalysis

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The images that a user named, one by one or by the folders they are in.
struct InputImages: Sendable {
  struct Image: Hashable, Sendable {
    /// As it was named, or the folder's name and the file's.
    var path: String
    /// Absolute.
    var source: String
    /// The sub-folder's name, where that is a category.
    var category: String?
    /// It was named itself.
    var isNamed: Bool
    var digest: Digest
  }

  /// In the order given; those of a folder by their names, numbers by value.
  private(set) var images: [Image] = []
  /// What was left out, in sentences.
  private(set) var notes: [String] = []
  private var faults: [Fault] = []
  private let directory: String
  private let categories: [String]
  private let excluded: [String]

  /// Reads folders one level deep and every image's header; tells of everything that is wrong at once.
  init(
    _ words: [String], in directory: String, categories: [String], excluding excluded: [String]
  ) throws(Faults) {
    (self.directory, self.categories, self.excluded) = (directory, categories, excluded)
    for word in words {
      guard isFolder(word) else {
        add(word, category: nil, isNamed: true)
        continue
      }
      let before = (images.count, faults.count)
      addFolder(word.hasSuffix("/") && word.count > 1 ? String(word.dropLast()) : word, category: nil)
      if before == (images.count, faults.count) { faults.append(.noImages(word)) }
    }
    guard faults.isEmpty else { throw Faults(faults) }
  }

  private func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(ManifestFile.absolute(path, in: directory), &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  private mutating func addFolder(_ folder: String, category: String?) {
    let names: [String]
    do throws(FileError) {
      names = try OpenFile.open(ManifestFile.absolute(folder, in: directory), O_RDONLY | O_DIRECTORY).names()
    } catch {
      faults.append(.inputUnreadable(folder, error))
      return
    }
    for name in names.sorted(by: NaturalOrder.precedes) where !name.hasPrefix(".") {
      let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
      if excluded.contains(where: { fnmatch($0, name, 0) == 0 || fnmatch($0, path, 0) == 0 }) { continue }
      var facts = stat()
      guard lstat(ManifestFile.absolute(path, in: directory), &facts) == 0 else {
        // Swift's text of a name that is not UTF-8 leads to no file.
        faults.append(.fileNameUnreadable(path))
        continue
      }
      switch facts.st_mode & S_IFMT {
      case S_IFREG: add(path, category: category, isNamed: false)
      case S_IFDIR where category == nil && categories.contains(name): addFolder(path, category: name)
      case S_IFDIR: skip(path, "a folder that is not named like a category")
      case S_IFLNK: skip(path, "a symbolic link")
      default: skip(path, "not a regular file")
      }
    }
  }

  private mutating func skip(_ path: String, _ what: String) {
    notes.append("\"\(VisibleText.showing(path))\" was skipped: it is \(what).")
  }

  private mutating func add(_ path: String, category: String?, isNamed: Bool) {
    let source = ManifestFile.absolute(path, in: directory)
    do throws(Fault) {
      let digest = try Self.digest(of: source, named: path)
      if let before = images.first(where: { $0.digest == digest }) {
        guard isNamed, before.isNamed else { return skip(path, "the same image as \"\(before.path)\"") }
        throw .draftImageTwice(path, before: before.path)
      }
      images.append(
        Image(path: path, source: source, category: category, isNamed: isNamed, digest: digest))
    } catch {
      if !isNamed, error.kind == .draftImage { return skip(path, error.message.found) }
      faults.append(error)
    }
  }

  /// Opens the file once, for its header and its digest.
  private static func digest(of source: String, named name: String) throws(Fault) -> Digest {
    let input: InputFile
    do throws(Fault) { input = try InputFile(opening: source) } catch {
      if name.contains("\u{FFFD}"), error.kind == .inputMissing {
        throw .fileNameUnreadable(name)
      }
      var fault = error
      fault.message = error.message.replacing("\"\(source)\"", with: "\"\(name)\"")
      throw fault
    }
    let beginning: [UInt8]
    do throws(FileError) { beginning = try input.file.beginning(count: PNGHeader.byteCount) } catch {
      throw Fault.inputUnreadable(name, error)
    }
    do throws(Fault) { _ = try PNGHeader(beginning, named: name) } catch { throw .draftImage(name, error) }
    guard let digest = InputFile.digest(at: source) else { throw .inputMissing(name) }
    return digest
  }
}

extension String {
  /// What a message says was found: the part behind its last "found".
  fileprivate var found: String {
    var words = self[...]
    if let range = ranges(of: "found ").last { words = self[range.upperBound...] }
    return words.hasSuffix(".") ? String(words.dropLast()) : String(words)
  }
}

/// Compares names as people do: runs of digits by their value, so that `2.png` comes before `10.png`.
enum NaturalOrder {
  static func precedes(_ left: String, _ right: String) -> Bool {
    let (one, other) = (parts(left), parts(right))
    for (a, b) in zip(one, other) where a != b {
      if let x = a.number, let y = b.number, x != y {
        return x.count == y.count ? x < y : x.count < y.count
      }
      return a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }
    if one.count != other.count { return one.count < other.count }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private struct Part: Equatable {
    var text: String
    /// The digits without leading zeros.
    var number: String?
  }

  private static func parts(_ text: String) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
    while let first = rest.first {
      let run = rest.prefix { isDigit($0) == isDigit(first) }
      rest = rest[run.endIndex...]
      let digits = isDigit(first) ? String(run.drop { $0 == "0" }) : nil
      parts.append(Part(text: run.lowercased(), number: digits))
    }
    return parts
  }
}
