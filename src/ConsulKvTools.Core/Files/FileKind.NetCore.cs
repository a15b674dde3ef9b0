using System.Runtime.InteropServices;
using System.Text;

namespace ConsulKvTools.Files;

// .NET tells a pipe from a file only when it is open, and the opening of a pipe waits for whoever writes into it.
internal static partial class FileKind
{
    private const int TypeMask = 0xf000;
    private const int Regular = 0x8000;
    private const int Folder = 0x4000;
    private const int Link = 0xa000;

    /// <summary>True for a pipe, a socket or a device. Nothing is opened, and a link is not followed.</summary>
    public static bool IsSpecial(string path)
    {
        var name = Encoding.UTF8.GetBytes(path + '\0');
        try
        {
            return (OperatingSystem.IsLinux() ? LinuxType(name) : OperatingSystem.IsMacOS() ? MacType(name) : null) is { } type && type is not (Regular or Folder or Link);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of before 2018 cannot be asked.
            return false;
        }
    }

    private static int? LinuxType(byte[] path)
    {
        // The kernel's own layout, the same on every processor: the mode stands at 28 of 256 bytes.
        const int currentFolder = -100, noFollow = 0x100, typeWanted = 1, modeAt = 28;
        var status = new byte[256];
        return StatX(currentFolder, path, noFollow, typeWanted, status) == 0 ? BitConverter.ToUInt16(status, modeAt) & TypeMask : null;
    }

    private static int? MacType(byte[] path)
    {
        // The device stands first, in 4 bytes, and then the mode.
        const int modeAt = 4;
        var status = new byte[256];
        return (RuntimeInformation.ProcessArchitecture == Architecture.X64 ? LStatOfIntel(path, status) : LStat(path, status)) == 0 ? BitConverter.ToUInt16(status, modeAt) & TypeMask : null;
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint wanted, [Out] byte[] status);

    [DllImport("libc", EntryPoint = "lstat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LStat(byte[] path, [Out] byte[] status);

    [DllImport("libc", EntryPoint = "lstat$INODE64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LStatOfIntel(byte[] path, [Out] byte[] status);
}
