namespace ConsulKvTools;

/// <summary>Certificate authorities that stand in for the machine's own.</summary>
/// <param name="Path">PEM file, or folder of such.</param>
/// <param name="Source">Who named it: a variable, or a few words.</param>
/// <param name="IsFolder">True for a folder.</param>
internal sealed record SystemTrust(string Path, string Source, bool IsFolder);
