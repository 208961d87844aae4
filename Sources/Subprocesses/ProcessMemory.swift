import CProcess

/// The memory of this process, in which secrets of the environment are.
package enum ProcessMemory {
  /// Keeps it from the programs that are started: neither `/proc/PID/environ` nor a core dump shows it. To be called
  /// first of all.
  package static func hide() { cprocess_hide_memory() }
}
