import Core
import StrictJSON

extension Fault {
  /// A setting that no version of ours knows.
  package static func configurationUnknown(
    _ name: String, known: [String], from origin: ConfigurationOrigin, at position: SourcePosition? = nil,
    meant: String? = nil
  ) -> Fault {
    let last = String(name[(name.lastIndex(of: ".").map { name.index(after: $0) } ?? name.startIndex)...])
    let nearest = meant ?? Spelling.nearest(to: last, among: known)
    return configuration(
      .configurationUnknown, "\(origin.setting(name)) is not a setting: expected one of \(listed(known)).",
      hint: nearest.map { "Did you mean \"\($0)\"?" }, from: origin, at: position)
  }

  /// A setting whose value is of the wrong type or out of bounds.
  package static func configurationValue(
    _ name: String, expected: String, found: String, from origin: ConfigurationOrigin,
    at position: SourcePosition? = nil, hint: String? = nil
  ) -> Fault {
    configuration(
      .configurationValue, "\(origin.setting(name)): expected \(expected), found \(found).", hint: hint,
      from: origin, at: position)
  }

  /// A secret where everybody can read it; it is not repeated.
  package static func configurationSecret(_ name: String, _ found: String, from origin: ConfigurationOrigin)
    -> Fault
  {
    Fault(
      .configurationSecret, "\(origin.setting(name)): expected no secret, found \(found).",
      hint: "Name its variable in `extractor.env`, and have the program read it from its environment.",
      path: origin.path)
  }

  /// A configuration file that is not YAML, or more than is read here.
  package static func configurationSyntax(
    _ path: String, _ problem: String, at position: SourcePosition?, hint: String? = nil
  ) -> Fault {
    Fault(
      .configurationSyntax, "The configuration \"\(path)\" \(problem).",
      hint: hint, path: path, line: position?.line, column: position?.column)
  }

  /// A configuration file that is there but can't be read.
  package static func configurationUnreadable(_ path: String, found: String) -> Fault {
    Fault(
      .configurationUnreadable,
      "Can't read the configuration \"\(path)\": expected a regular file, found \(found).",
      hint: "Repair the file or remove it: every setting has a default.", path: path)
  }

  private static func configuration(
    _ code: FaultCode, _ message: String, hint: String?, from origin: ConfigurationOrigin,
    at position: SourcePosition?
  ) -> Fault {
    let exit: ExitStatus = if case .flag = origin { .usage } else { .configuration }
    return Fault(
      code, exit: exit, message, hint: hint, path: origin.path, line: position?.line, column: position?.column
    )
  }

  private static func listed(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}

/// Where a setting was made.
package enum ConfigurationOrigin: Hashable, Sendable {
  case file(String)
  case environment
  case flag

  package var path: String? {
    guard case .file(let path) = self else { return nil }
    return path
  }

  /// The setting as the user knows it there.
  package func setting(_ name: String) -> String {
    switch self {
    case .file(let path): "\"\(name)\" in \"\(path)\""
    case .environment: "The environment variable \"\(name)\""
    case .flag: "\"\(name)\""
    }
  }
}
