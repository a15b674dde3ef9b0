using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Turns a path given at the prompt, relative to PowerShell's location, into one the file system knows.</summary>
internal static class FilePaths
{
    /// <summary>The full path; the file need not exist. Null stays null.</summary>
    public static string? Resolve(PSCmdlet cmdlet, string? path, string parameter)
    {
        if (path is null) return null;
        var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        if (provider.Name != "FileSystem")
            cmdlet.ThrowTerminatingError(FindingErrors.Invalid(cmdlet, parameter, $"{Printable.Text(path, 200)} is not a file's path but one of the {provider.Name} provider", path));
        return full;
    }

    /// <summary>As <see cref="Resolve"/>, but the thumbprint of a stored certificate stays what it is, with or without its <c>Cert:</c> path.</summary>
    public static string? ResolveCertificate(PSCmdlet cmdlet, string? path, string parameter)
    {
        if (path is null) return null;
        if (path.StartsWith("Cert:", StringComparison.OrdinalIgnoreCase)) path = path.Substring(path.LastIndexOfAny(['\\', '/']) + 1);
        return IsThumbprint(path) ? path : Resolve(cmdlet, path, parameter);
    }

    private static bool IsThumbprint(string text) => text.Length is 40 or 64 && text.All(letter => letter is (>= '0' and <= '9') or (>= 'a' and <= 'f') or (>= 'A' and <= 'F'));
}
