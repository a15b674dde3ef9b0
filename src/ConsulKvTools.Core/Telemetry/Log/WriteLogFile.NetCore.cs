namespace ConsulKvTools.Telemetry.Log;

internal sealed partial class WriteLogFile
{
    // Without leave to overwrite a file that cannot be renamed (a mount of its own, one that only grows) would be copied, and its lines be there twice.
    private static void Move(string from, string to) => File.Move(from, to, overwrite: true);
}
