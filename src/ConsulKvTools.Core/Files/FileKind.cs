namespace ConsulKvTools.Files;

/// <summary>What a name in a folder stands for, told without opening it.</summary>
internal static partial class FileKind
{
    /// <summary>What to say of what is no file, without a full stop.</summary>
    public const string SpecialProblem = "it is a pipe, a socket or a device, and no file; put a file there or move it away";
}
