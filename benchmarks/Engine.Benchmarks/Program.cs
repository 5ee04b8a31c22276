using BenchmarkDotNet.Running;
using Engine.Benchmarks.Reporting;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, BenchmarkConfig.Create());
