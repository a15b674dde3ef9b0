namespace ConsulKvTools;

/// <summary>What the systems say when somebody else has a file for themselves.</summary>
internal static class SharingViolation
{
    // Windows (and Mono) sharing and lock violation, EAGAIN of Linux and of the BSDs.
    private static readonly int[] Codes = [unchecked((int)0x80070020), unchecked((int)0x80070021), 11, 35];

    /// <summary>True when it is worth waiting for the other.</summary>
    public static bool Is(IOException error) => Array.IndexOf(Codes, error.HResult) >= 0;
}
