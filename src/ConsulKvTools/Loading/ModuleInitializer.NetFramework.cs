using System.Reflection;

namespace ConsulKvTools.Loading;

public sealed partial class ModuleInitializer
{
    private static readonly Lazy<HashSet<string>> PrivateNames = new(() =>
        new HashSet<string>(Directory.EnumerateFiles(PrivateFolder, "*.dll").Select(Path.GetFileNameWithoutExtension), StringComparer.OrdinalIgnoreCase));

    private static void Subscribe() => AppDomain.CurrentDomain.AssemblyResolve += Resolve;

    private static void Unsubscribe() => AppDomain.CurrentDomain.AssemblyResolve -= Resolve;

    /// <summary>
    /// Answers for the files in our own folder, and only when one of our own assemblies asks: System.Text.Json and its kin are wanted by
    /// others too, in other versions. LoadFrom, because LoadFile gives types that are strangers to those already loaded.
    /// </summary>
    private static Assembly? Resolve(object sender, ResolveEventArgs request)
    {
        var name = new AssemblyName(request.Name).Name;
        return PrivateNames.Value.Contains(name) && IsOurs(request.RequestingAssembly)
            ? Assembly.LoadFrom(Path.Combine(PrivateFolder, name + ".dll"))
            : null;
    }

    private static bool IsOurs(Assembly? asking)
    {
        if (asking is null || asking.IsDynamic) return false;
        var folder = Path.GetDirectoryName(asking.Location);
        return string.Equals(folder, PrivateFolder, StringComparison.OrdinalIgnoreCase)
            || string.Equals(folder, Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location), StringComparison.OrdinalIgnoreCase);
    }
}
