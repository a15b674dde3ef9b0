using System.Management.Automation;

namespace ConsulKvTools;

/// <summary>A drive over the keys of one session.</summary>
public sealed class ConsulKvDriveInfo : PSDriveInfo
{
    internal ConsulKvDriveInfo(string name, ProviderInfo provider, string description, string folder, ConsulKvSession session)
        // The root is not the folder: see DrivePath for why paths begin with the drive itself.
        : base(name, provider, name + ":", description, credential: null)
    {
        Folder = folder;
        Session = session;
        Writer = session.LogPath is null ? session : session.UsedBy("ConsulKv drive", null);
    }

    /// <summary>What every key of the drive begins with, a slash at its end; empty for the whole store.</summary>
    public string Folder { get; }

    /// <summary>The session that all of the drive's commands use, fixed when the drive was made. Removing the drive leaves it as it is.</summary>
    public ConsulKvSession Session { get; }

    /// <summary>The same session under the name by which the write log knows the drive.</summary>
    internal ConsulKvSession Writer { get; }
}
