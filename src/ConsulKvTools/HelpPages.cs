namespace ConsulKvTools.Commands;

/// <summary>Where the help pages are on the web, for <c>Get-Help -Online</c>: the folder docs/en-US of the project's home.</summary>
internal static class HelpPages
{
    /// <summary>Address of the folder, with a slash at its end. A fork that publishes its own pages changes this line and updates the pages.</summary>
    public const string Folder = "https://github.com/ConsulKvTools/ConsulKvTools/blob/main/docs/en-US/";
}
