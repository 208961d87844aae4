import Core
import StrictJSON

/// The aggregated answer of `batch_file_analysis`, taken apart: `{"batch_results": [{"file", "analysis" |
/// "error"}]}`.
package struct BatchResults: Hashable, Sendable {
  /// What the answer says of one file.
  package enum Answer: Hashable, Sendable {
    case analysis(JSONValue)
    case error(JSONValue)
    /// Nothing that can be used; the words follow "the aggregated reply".
    case unusable(String)
  }

  /// An answer for each path that was asked for.
  package var answers: [String: Answer]
  /// What else was there, such as files nobody asked about.
  package var notes: [String]

  /// Takes an answer apart by path; nil where it is not an aggregated answer at all.
  ///
  /// A file is known by its path, or by its name where only one path has it.
  package init?(_ value: JSONValue, paths: [String]) {
    guard let results = value["batch_results"]?.array else { return nil }
    answers = [:]
    notes = []
    let asked = Set(paths)
    let pathsByName = Dictionary(grouping: asked) { Self.name(of: $0) }
    for result in results {
      guard let file = result["file"]?.string else {
        notes.append("a result that names no file was ignored")
        continue
      }
      guard let path = Self.path(of: file, asked: asked, pathsByName: pathsByName) else {
        notes.append(
          "a result for \"\(Excerpt.line(file, limit: 80))\", which nobody asked about, was ignored")
        continue
      }
      let answer = Self.answer(of: result)
      if let earlier = answers[path], earlier != answer {
        answers[path] = .unusable("names the file twice and says different things of it")
      } else {
        answers[path] = answer
      }
    }
    for path in asked where answers[path] == nil { answers[path] = .unusable("says nothing of the file") }
  }

  private static func answer(of result: JSONValue) -> Answer {
    let error = result.given("error")
    let analysis = result.given("analysis")
    return switch (analysis, error) {
    case (_, .some(let error)): .error(error)
    case (.some(let analysis), nil): .analysis(analysis)
    case (nil, nil): .unusable("has neither \"analysis\" nor \"error\" for the file")
    }
  }

  private static func path(of file: String, asked: Set<String>, pathsByName: [String: [String]]) -> String? {
    let plain = file.hasPrefix("file://") ? String(file.dropFirst("file://".count)) : file
    if asked.contains(plain) { return plain }
    // A server that shortens paths is understood, one that names another file of the same name is not.
    guard !plain.hasPrefix("/"), let candidates = pathsByName[name(of: plain)], candidates.count == 1,
      candidates[0].hasSuffix("/" + plain) || !plain.contains("/")
    else { return nil }
    return candidates[0]
  }

  private static func name(of path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }
}
