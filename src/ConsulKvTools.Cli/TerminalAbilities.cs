using System.Text;

namespace ConsulKvTools.Cli;

/// <summary>What the place that reads our text can show.</summary>
/// <param name="Unicode">False where ✓ and ✗ would arrive as question marks.</param>
/// <param name="Color">False for files, pipes, dumb terminals and people who said NO_COLOR.</param>
/// <param name="Progress">True when somebody watches, so that a long wait may say what it waits for.</param>
/// <param name="Width">Columns.</param>
internal sealed record TerminalAbilities(bool Unicode, bool Color, bool Progress, int Width)
{
    // Of a file nobody knows the width: as wide as the views are made for.
    private const int WidthOfFiles = 100;

    public static TerminalAbilities OfThisProcess() => new(
        CanShowUnicode(),
        !Console.IsOutputRedirected && Variable("NO_COLOR") is null && Variable("TERM") != "dumb",
        !Console.IsErrorRedirected && Variable("TERM") != "dumb",
        Console.IsOutputRedirected ? WidthOfFiles : Math.Clamp(TerminalWidth(), 60, 140));

    // .NET takes the locale "C" for UTF-8; a terminal that was told "C" is not.
    private static bool CanShowUnicode() => Console.OutputEncoding.CodePage == Encoding.UTF8.CodePage
        && (OperatingSystem.IsWindows() || (Variable("LC_ALL") ?? Variable("LC_CTYPE") ?? Variable("LANG")) is not ("C" or "POSIX"));

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (Exception error) when (error is IOException or PlatformNotSupportedException)
        {
            return WidthOfFiles;
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
