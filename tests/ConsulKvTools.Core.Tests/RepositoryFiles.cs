namespace ConsulKvTools.Tests;

/// <summary>Files of the checkout the tests were built from.</summary>
internal static class RepositoryFiles
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ConsulKvTools.sln"))) return folder.FullName;
        throw new InvalidOperationException("The tests do not run from a checkout.");
    }
}
