import CFiles
import Core

extension InputFile {
  /// Types of file systems whose files are the system's own words, such as `/proc/self/environ`: nobody's picture.
  private static let systemTypes: Set<Int64> = [
    0x9FA0,  // proc
    0x6265_6572,  // sysfs
    0x6462_6720,  // debugfs
    0x7472_6163,  // tracefs
    0x7363_6673,  // securityfs
    0x6265_6570,  // configfs
    0x0027_E0EB, 0x6367_7270,  // cgroup, cgroup2
    0xCAFE_4A11,  // bpf
    0xDE5E_81E4,  // efivarfs
    0x1CD1,  // devpts
  ]

  /// Refuses a file of the system before a byte of it is stored (66).
  package func refuseSystemFile() throws(Fault) {
    #if os(Linux)
      var type: Int64 = 0
      var freeBytes: Int64 = 0
      guard cfiles_file_system(path, &type, &freeBytes) == 0, Self.systemTypes.contains(type & 0xFFFF_FFFF)
      else {
        return
      }
      throw .inputNotRegular(path, found: .unknown)
    #endif
  }
}
