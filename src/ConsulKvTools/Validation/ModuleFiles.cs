namespace ConsulKvTools.Commands;

/// <summary>Where the files are that are shipped beside the assemblies.</summary>
internal static class ModuleFiles
{
    /// <summary>The full path of a file in the module's folder Validation.</summary>
    public static string Validation(string name)
    {
        // <module>/bin/<framework>/ConsulKvTools.dll
        var folder = Path.GetDirectoryName(typeof(ModuleFiles).Assembly.Location)!;
        return Path.GetFullPath(Path.Combine(folder, "..", "..", "Validation", name));
    }
}
