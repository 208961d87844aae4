import ArgumentParser
import BatchModel
import Core
import Runner

/// A time on the command line: a moment, how long ago, or a day counted from today.
enum TimeArgument: Hashable, Sendable {
  case at(ms: Int64)
  case ago(ms: Int64)
  /// The first moment of the day that is a number of days before today, in local time.
  case day(before: Int64)

  /// What a time is expected to look like, for messages.
  static let expected =
    "a time such as 2026-11-27, \"2026-11-27 10:00\", 2026-11-27T10:00:00Z, yesterday, or 2h for two hours ago"

  /// Reads a time; throws what was expected instead.
  static func read(_ text: String) throws -> TimeArgument {
    guard let time = TimeArgument(text) else {
      throw ArgumentProblem(expected: expected, found: DurationText.found(text))
    }
    return time
  }

  init?(_ text: String) {
    let length = text.hasPrefix("-") ? text.dropFirst() : text[...]
    if text == "yesterday" {
      self = .day(before: 1)
    } else if text == "today" {
      self = .day(before: 0)
    } else if text == "now" {
      self = .ago(ms: 0)
    } else if let duration = DurationText.duration(length) {
      self = .ago(ms: duration.wholeMilliseconds)
    } else if let ms = TimeText.ms(rfc3339: text) ?? TimeText.ms(local: text) {
      self = .at(ms: ms)
    } else {
      return nil
    }
  }

  /// Milliseconds since 1970.
  func ms(at now: Moment) -> Int64 {
    switch self {
    case .at(let ms): ms
    case .ago(let ms): now.wallMs - ms
    case .day(let days): TimeText.startOfDay(ms: now.wallMs, daysBefore: days)
    }
  }
}

/// A point of the ledger on the command line: a position or a time.
enum PointArgument: Hashable, Sendable {
  case position(Int64)
  case time(TimeArgument)

  /// Reads a position or a time; throws what was expected instead.
  static func read(_ text: String) throws -> PointArgument {
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let position = Int64(text) {
      return .position(position)
    }
    guard let time = TimeArgument(text) else {
      throw ArgumentProblem(
        expected: "a position in the ledger, or \(TimeArgument.expected)", found: DurationText.found(text))
    }
    return .time(time)
  }

  func point(at now: Moment) -> LedgerPoint {
    switch self {
    case .position(let position): .position(position)
    case .time(let time): .time(ms: time.ms(at: now))
    }
  }
}

/// A duration on the command line.
struct DurationArgument: Hashable, Sendable {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  /// Reads a duration; throws what was expected instead.
  static func read(_ text: String) throws -> DurationArgument {
    guard let duration = DurationText.duration(text) else {
      throw ArgumentProblem(expected: DurationText.expected, found: DurationText.found(text))
    }
    return DurationArgument(duration)
  }

  var milliseconds: Int64 { duration.wholeMilliseconds }
}

/// A whole number on the command line.
enum CountArgument {
  /// Makes a reader of whole numbers from a smallest on.
  static func read(from least: Int64) -> @Sendable (String) throws -> Int64 {
    { text in
      guard let number = Int64(text), number >= least else {
        throw ArgumentProblem(
          expected: "a whole number from \(least)", found: "\"\(VisibleText.line(text))\"")
      }
      return number
    }
  }
}

/// Why an argument's value can't be read; the parser puts the value and the option's name before it.
struct ArgumentProblem: Error, CustomStringConvertible {
  var expected: String
  var found: String

  var description: String { "expected \(expected), found \(found)" }
}

extension Duration {
  /// What is finer than a millisecond is dropped.
  fileprivate var wholeMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
