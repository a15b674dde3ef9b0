namespace ConsulKvTools.Commands;

/// <summary>What a path names: a key of a drive's session, or a folder.</summary>
internal sealed class DrivePlace(ConsulKvDriveInfo drive, string key)
{
    /// <summary>The drive.</summary>
    public ConsulKvDriveInfo Drive { get; } = drive;

    /// <summary>The key; a folder has a slash at its end, and the whole store is empty.</summary>
    public string Key { get; } = key;

    /// <summary>The drive's session.</summary>
    public ConsulKvSession Session => Drive.Writer;

    /// <summary>True when only a folder can be meant.</summary>
    public bool IsFolder => Key.Length == 0 || Key[Key.Length - 1] == '/';

    /// <summary>The folder of this name.</summary>
    public string Folder => IsFolder ? Key : Key + "/";

    /// <summary>True for the drive's root.</summary>
    public bool IsRoot => Folder == Drive.Folder;

    /// <summary>The folder that it is in, with the slash at its end; empty at the top.</summary>
    public string Parent => Key.Length < 2 ? "" : Key.Substring(0, Key.LastIndexOf('/', Key.Length - 2) + 1);

    /// <summary>The last part, without a slash.</summary>
    public string Name => Key.Substring(Parent.Length).TrimEnd('/');

    /// <summary>The same place as the folder.</summary>
    public DrivePlace AsFolder => IsFolder ? this : At(Folder);

    /// <summary>Another key of the same drive.</summary>
    public DrivePlace At(string other) => new(Drive, other);
}
