import ArgumentParser
import Ledger
import Runner

/// A time on the command line: RFC 3339, or how long ago as `-2h`.
enum TimeArgument: ExpressibleByArgument {
  case at(ms: Int64)
  case ago(ms: Int64)

  init?(argument: String) {
    if argument.hasPrefix("-"), let duration = DurationText.duration(argument.dropFirst()) {
      self = .ago(
        ms: duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)
    } else if let ms = TimeText.ms(rfc3339: argument) {
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
    }
  }
}

/// A point of the ledger on the command line: a position or a time.
enum PointArgument: ExpressibleByArgument {
  case position(Int64)
  case time(TimeArgument)

  init?(argument: String) {
    if let position = Int64(argument), position >= 0, argument.utf8.allSatisfy({ $0 >= 0x30 }) {
      self = .position(position)
    } else if let time = TimeArgument(argument: argument) {
      self = .time(time)
    } else {
      return nil
    }
  }

  func point(at now: Moment) -> LedgerPoint {
    switch self {
    case .position(let position): .position(position)
    case .time(let time): .time(ms: time.ms(at: now))
    }
  }
}
