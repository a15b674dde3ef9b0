using System.Management.Automation;

namespace ConsulKvTools.Loading;

/// <summary>
/// Finds our private assemblies in <c>deps/</c> while the module is imported. They are not beside the module's dll on purpose: there the
/// runtime would load them into everybody's context, where another module's Polly of another version may already be.
/// </summary>
public sealed partial class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly object Gate = new();
    private static int imports;

    /// <summary>PowerShell calls this at each import, once a runspace.</summary>
    public void OnImport()
    {
        lock (Gate)
            if (imports++ == 0) Subscribe();
    }

    /// <summary>PowerShell calls this when the module is removed; another runspace may still have it.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        lock (Gate)
            if (imports > 0 && --imports == 0) Unsubscribe();
    }

    /// <summary>The folder of our private assemblies: <c>deps/&lt;framework&gt;</c> beside <c>bin/&lt;framework&gt;</c>.</summary>
    private static string PrivateFolder
    {
        get
        {
            var own = Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!;
            return Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(own)!)!, "deps", Path.GetFileName(own));
        }
    }
}
