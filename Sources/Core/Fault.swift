/// The command's exit statuses: sysexits where one fits, and what a shell expects after a signal.
public enum ExitStatus: Int32, Hashable, Sendable, Codable, CaseIterable {
  case done = 0
  case someFailed = 1
  /// Of `plan --exit-code` alone.
  case somethingToDo = 2
  case usage = 64
  case manifestRefused = 65
  case inputMissing = 66
  case extractorUnavailable = 69
  case bug = 70
  case inTheWay = 73
  case disk = 74
  case canGoOn = 75
  case protocolBroken = 76
  case configuration = 78
  case interrupted = 130
  case terminated = 143
}

/// Something that went wrong, with the values a person or a script needs to fix it.
///
/// The message says what failed, the thing in quotes,
/// what was expected and found; the next step is the hint. Neither ever holds a payload or a secret.
/// Faults are made by static functions, each in a file `Fault+….swift` of the module it is about.
public struct Fault: Error, Hashable, Sendable {
  /// A raw value of `FaultCode`; another word only where a ledger has it of a newer version.
  public var code: String
  public var exit: ExitStatus
  public var message: String
  public var hint: String?
  public var batch: String?
  public var asset: String?
  public var path: String?
  /// From 1, for a fault within a text file.
  public var line: Int?
  public var column: Int?
  /// What an outside program printed, such as a hook that refused: shown as it is, and its tail kept in the event.
  public var output: String?
  /// Targets that are left in the working tree as somebody changed them.
  public var left: [String] = []
  /// What was found wrong beside it in one go, in the order in which a reader meets it.
  public var others: [Fault] = []

  /// `exit` is the code's own where none is given.
  public init(
    _ code: FaultCode, exit: ExitStatus? = nil, _ message: String, hint: String? = nil,
    batch: String? = nil, asset: String? = nil, path: String? = nil, line: Int? = nil, column: Int? = nil
  ) {
    self.init(
      stored: code.rawValue, exit: exit ?? code.exit, message, hint: hint, batch: batch, asset: asset,
      path: path, line: line, column: column)
  }

  /// Takes the code and exit status that an event has.
  public init(
    stored code: String, exit: ExitStatus, _ message: String, hint: String? = nil, batch: String? = nil,
    asset: String? = nil, path: String? = nil, line: Int? = nil, column: Int? = nil
  ) {
    self.code = code
    self.exit = exit
    self.message = message
    self.hint = hint
    self.batch = batch
    self.asset = asset
    self.path = path
    self.line = line
    self.column = column
  }

  /// What went wrong; nil for a code that this version does not know.
  public var kind: FaultCode? { FaultCode(rawValue: code) }

  /// The fault and what was found wrong beside it, each alone.
  public var all: [Fault] {
    var alone = self
    alone.others = []
    return [alone] + others.flatMap(\.all)
  }
}

/// Several faults found in one go, in the order in which a reader meets them; never empty.
public struct Faults: Error, Hashable, Sendable {
  public var all: [Fault]
  public init(_ all: [Fault]) { self.all = all }
}
