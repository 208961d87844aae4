import Synchronization

/// Bounds what a template may come to: lists within lists repeat what is in them as often as their lengths multiply.
final class TemplateBudget: Sendable {
  /// The budget of the rendering that this task is about.
  @TaskLocal static var current: TemplateBudget?

  /// Bytes of template that all repetitions together may come to.
  private static let bytes = 64 << 20
  private let left: Atomic<Int>

  /// `templateBytes` is the template's size, which each repetition is counted with.
  init(templateBytes: Int) { left = Atomic(Self.bytes / max(1, templateBytes)) }

  /// Takes one repetition; false once there are too many.
  func spend() -> Bool { left.subtract(1, ordering: .relaxed).newValue >= 0 }

  var isExceeded: Bool { left.load(ordering: .relaxed) < 0 }
}
