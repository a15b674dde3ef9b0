using System.Runtime.InteropServices;
using System.Text;

namespace ConsulKvTools.Diagnosis.Host;

// DriveInfo knows neither inodes nor read-only mounts. The layout below is that of glibc and musl alike on 64-bit Linux.
internal sealed partial record Volume
{
    private const ulong ReadOnlyFlag = 1;

    private static Volume? Native(string path)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess) return null;
        var name = Encoding.UTF8.GetBytes(path + '\0');
        if (StatVfs(name, out var found) != 0) return null;
        // A file system that does not count inodes, such as btrfs, says that there are none at all.
        return new Volume(path, (long)(found.AvailableBlocks * found.FragmentSize), (long)(found.Blocks * found.FragmentSize),
            found.Files == 0 ? null : (long)found.AvailableFiles, (found.Flags & ReadOnlyFlag) != 0);
    }

    [DllImport("libc", EntryPoint = "statvfs", SetLastError = true)]
    private static extern int StatVfs(byte[] path, out VolumeStatus status);

    [StructLayout(LayoutKind.Sequential)]
    private struct VolumeStatus
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Files;
        public ulong FreeFiles;
        public ulong AvailableFiles;
        public ulong Id;
        public ulong Flags;
        public ulong LongestName;
        public long Spare1;
        public long Spare2;
        public long Spare3;
    }
}
