import { Module } from '@nestjs/common';
import { ToolController } from './tool.controller.ts';
import { ToolGrpc } from './tool.grpc.ts';
import { ToolCatalog } from './tool-catalog.ts';

@Module({
  controllers: [ToolController],
  providers: [ToolCatalog, ToolGrpc],
  exports: [ToolCatalog, ToolGrpc],
})
export class ToolsModule {}
